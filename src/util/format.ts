const binaryUnits = ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB', 'EiB']
const decimalUnits = ['', 'k', 'M', 'G', 'T', 'P', 'E']

/**
 * Bytes as ifconfig tells them: `504.0 B`, `73.4 KiB`.
 *
 * @param bytes a number, or a 64-bit counter as a decimal string
 */
export function formatBytes(bytes: number | string): string {
  return scale(Number(bytes), 1024, binaryUnits, ' ')
}

/** A count in five columns at most: `9999`, `12.3k`, `4.5M`. */
export function formatCount(count: number | string): string {
  const value = Number(count)
  return value < 10_000 ? String(Math.round(value)) : scale(value, 1000, decimalUnits, '')
}

/** Something a second: `0`, `0.3`, `12`, `4.5k`. */
export function formatRate(perSecond: number): string {
  if (perSecond === 0) return '0'
  if (perSecond < 9.95) return perSecond.toFixed(1)
  return perSecond < 10_000 ? String(Math.round(perSecond)) : scale(perSecond, 1000, decimalUnits, '')
}

/** How long ago, or how long it takes: `0.4 s`, `12 s`, `3 min`, `5 h`, `2 d`. */
export function formatDuration(milliseconds: number): string {
  const seconds = Math.max(0, milliseconds) / 1000
  if (seconds < 10) return `${seconds.toFixed(1)} s`
  if (seconds < 120) return `${Math.round(seconds)} s`
  if (seconds < 7200) return `${Math.round(seconds / 60)} min`
  return seconds < 172_800 ? `${Math.round(seconds / 3600)} h` : `${Math.round(seconds / 86_400)} d`
}

/** How old something is, in steps that let an idle screen stay as it is: `now`, `4 s`, `15 s`, `2 min`. */
export function formatAge(milliseconds: number): string {
  const seconds = Math.floor(milliseconds / 1000)
  if (seconds < 3) return 'now'
  return seconds < 10
    ? `${seconds} s`
    : formatDuration(seconds < 60 ? Math.floor(seconds / 5) * 5000 : milliseconds)
}

/** How long something took: `0.12 ms`, `24.1 ms`, `1.3 s`. */
export function formatTook(milliseconds: number): string {
  if (milliseconds >= 1000) return formatDuration(milliseconds)
  return `${milliseconds.toFixed(milliseconds < 1 ? 2 : 1)} ms`
}

/** `1 rule`, `2 rules`. */
export function plural(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`
}

function scale(value: number, base: number, units: readonly string[], gap: string): string {
  let scaled = value
  let unit = 0
  while (unit < units.length - 1 && scaled >= base) {
    scaled /= base
    unit++
  }
  return `${scaled.toFixed(1)}${gap}${units[unit] ?? ''}`
}

/** `10`, `10-20`. */
export function formatRange(first: number, last: number = first): string {
  return last === first ? String(first) : `${first}-${last}`
}
