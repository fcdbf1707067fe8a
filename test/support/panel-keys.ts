/** The panels by keys, in a real terminal. */
import type { RunningTerminal } from '../../scripts/terminal.ts'

const patience = Number(process.env['CNMTOP_GUEST_PATIENCE'] ?? 1)
const LIMIT_MS = 20_000 * patience

/** Whether some row of a screen has these words. */
export const shows =
  (part: string) =>
  (rows: string[]): boolean =>
    rows.some(row => row.includes(part))

/** Types keys one after the other, each when what came of the one before is on the screen. */
export async function steps(
  terminal: RunningTerminal,
  ...pairs: readonly (readonly [keys: string, then: string])[]
): Promise<void> {
  for (const [keys, then] of pairs) {
    terminal.type(keys)
    await terminal.until(shows(then), LIMIT_MS)
  }
}

/** From the lists to what an entry of the menu opens. */
export async function choose(terminal: RunningTerminal, title: string, then: string): Promise<void> {
  await steps(terminal, ['a', '━━ Actions'])
  for (let step = 0; step < 20; step++) {
    const chosen = terminal.text().find(row => row.startsWith('▌')) ?? ''
    if (chosen.includes(title)) break
    terminal.type('j')
    await terminal.until(rows => rows.find(row => row.startsWith('▌')) !== chosen)
  }
  await steps(terminal, ['\r', then])
}

/** Chooses the button that sends, and waits until it can be pressed. */
export async function confirm(terminal: RunningTerminal, then: string, limitMs = LIMIT_MS): Promise<void> {
  await terminal.until(shows('[ Do it ]'))
  await steps(terminal, ['\t', '[>Do it<]'])
  terminal.type('\r')
  await terminal.until(shows(then), limitMs)
}

/** Types a word letter by letter, each when the one before is on the screen behind `label`. */
export async function typeWord(terminal: RunningTerminal, label: string, word: string): Promise<void> {
  for (let length = 1; length <= word.length; length++) {
    await steps(terminal, [word.charAt(length - 1), `${label}${word.slice(0, length)}`])
  }
}
