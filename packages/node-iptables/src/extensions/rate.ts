/** Rates as the kernel holds them: the time that one packet costs, in fractions of a second. */

const units = [
  { name: 'day', seconds: 86_400 },
  { name: 'hour', seconds: 3_600 },
  { name: 'min', seconds: 60 },
  { name: 'sec', seconds: 1 },
] as const

/**
 * The shortest unit in which the rate is (nearly) whole, as iptables finds it; `msec` is that unit's length.
 * `scale` is parts of a second.
 */
export function unitOfPeriod(period: number, scale: number): { text: string; msec: number } {
  if (period === 0) return { text: 'inf', msec: 0 }
  let best: (typeof units)[number] = units[0]
  for (const unit of units.slice(1)) {
    const whole = unit.seconds * scale
    if (period > whole || Math.floor(whole / period) < whole % period) break
    best = unit
  }
  return { text: `${Math.floor((best.seconds * scale) / period)}/${best.name}`, msec: best.seconds * 1000 }
}

/** `5/min`. */
export function printPeriod(period: number, scale: number): string {
  return unitOfPeriod(period, scale).text
}

/** `5/min`, `5/minute`, `5/m`, `5` (a second); `msec` is the length of the unit that was written. */
export function readPeriod(text: string, scale: number): { period: number; msec: number } | undefined {
  const [, count, word = 'second'] = /^(\d+)(?:\/([a-z]+))?$/i.exec(text) ?? []
  const unit = ['day', 'hour', 'minute', 'second'].findIndex(name => name.startsWith(word.toLowerCase()))
  if (!count || Number(count) === 0 || unit < 0) return undefined
  const { seconds } = units[unit]!
  return { period: Math.floor((seconds * scale) / Number(count)), msec: seconds * 1000 }
}
