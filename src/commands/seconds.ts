/** A day. What is longer is a slip of the hand, and the timers of Node, which count 31 bits of milliseconds, would not wait at all. */
const MOST_SECONDS = 86_400

/** What a number of seconds has to be, in the words of messages. */
export const secondsWanted = `a number of seconds above 0, ${MOST_SECONDS} at most`

/** Whether something is a length of time that one can wait for. */
export function isSeconds(value: unknown): boolean {
  return typeof value === 'number' && value > 0 && value <= MOST_SECONDS
}

/** Whole milliseconds, as timers want them: one at least. */
export function milliseconds(seconds: number): number {
  return Math.max(1, Math.round(seconds * 1000))
}
