/** One line of the table that `npm run bench` prints. */
export type Result = {
  readonly what: string
  readonly measured: string
  /** The goal in words; undefined for a number that is only told. */
  readonly goal?: string
  readonly met?: boolean
}

/** A lab node that is up, and what its namespaces' files lie in. */
export type Subject = {
  readonly sandboxes: number
  readonly netnsDir: string
}

/** Measures one thing on a node. Throws when it cannot; the table then says why. */
export type Measurement = (subject: Subject) => Promise<Result[]>

/** The value below which `share` (0 to 1) of the samples lie, by nearest rank. */
export function quantile(samples: readonly number[], share: number): number {
  if (samples.length === 0) throw new RangeError('no samples')
  const sorted = [...samples].sort((a, b) => a - b)
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] as number
}

export function median(samples: readonly number[]): number {
  return quantile(samples, 0.5)
}

export function ms(value: number): string {
  return `${value < 10 ? value.toFixed(1) : Math.round(value).toLocaleString('en')} ms`
}

export function times(ratio: number): string {
  return `${ratio < 10 ? ratio.toFixed(2) : Math.round(ratio)} ×`
}

/** Columns as wide as their widest cell. */
export function table(results: readonly Result[]): string {
  const cells = results.map(({ what, measured, goal, met }) => [
    what,
    measured,
    goal ?? '',
    met === undefined ? '' : met ? 'met' : 'MISSED',
  ])
  const rows = [['measured', 'result', 'goal', ''], ...cells]
  const widths = [0, 1, 2].map(column => Math.max(...rows.map(row => row[column]?.length ?? 0)))
  return rows
    .map(row =>
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n')
}
