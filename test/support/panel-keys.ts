/** The panels by keys, in a real terminal. */
import type { RunningTerminal } from '../../scripts/terminal.ts'

const patience = Number(process.env['CNMTOP_GUEST_PATIENCE'] ?? 1)
const LIMIT_MS = 60_000 * patience

/** Whether some row of a screen has these words. */
export const shows =
  (part: string) =>
  (rows: string[]): boolean =>
    rows.some(row => row.includes(part))

/** Whether a screen tells these words, wherever its lines are broken: a number among them may have fewer digits next time. */
export const tells =
  (words: string) =>
  (rows: string[]): boolean =>
    rows
      .map(row => row.trim())
      .join(' ')
      .includes(words)

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

/** The chosen entry of the menu of actions, while it is on the screen. */
function chosenEntry(rows: readonly string[]): string | undefined {
  const verbs = /^▌ (?:Create|Remove|Prune|Publish|Take|Scale|Start|Connect|Disconnect) /
  return rows.find(row => verbs.test(row))
}

/** From the lists to what an entry of the menu opens. */
export async function choose(terminal: RunningTerminal, title: string, then: string): Promise<void> {
  await steps(terminal, ['a', '━━ Actions'])
  // Rows of the list may still be seen below the title of the menu.
  await terminal.until(rows => chosenEntry(rows) !== undefined, LIMIT_MS)
  for (let step = 0; step < 20; step++) {
    const chosen = chosenEntry(terminal.text())
    if (chosen?.includes(title)) break
    terminal.type('j')
    await terminal.until(rows => chosenEntry(rows) !== undefined && chosenEntry(rows) !== chosen, LIMIT_MS)
  }
  await steps(terminal, ['\r', then])
}

/** Chooses the button that sends, and waits until it can be pressed, and then until it was: a plan names its requests already. */
export async function confirm(terminal: RunningTerminal, then: string, limitMs = LIMIT_MS): Promise<void> {
  await terminal.until(shows('[ Do it ]'), LIMIT_MS)
  await steps(terminal, ['\t', '[>Do it<]'])
  terminal.type('\r')
  await terminal.until(rows => !shows('Do it')(rows) && shows(then)(rows), limitMs)
}

/** Types a word letter by letter, each when the one before is on the screen behind `label`. */
export async function typeWord(terminal: RunningTerminal, label: string, word: string): Promise<void> {
  for (let length = 1; length <= word.length; length++) {
    await steps(terminal, [word.charAt(length - 1), `${label}${word.slice(0, length)}`])
  }
}

/** From the lists to the plan of an overlay. */
export async function planOverlay(terminal: RunningTerminal, name: string, subnet: string): Promise<void> {
  await choose(terminal, 'Create a network', '━━ Create a network')
  await steps(
    terminal,
    [name, name],
    ['\t', '▌ Driver'],
    ['\t', '▌ 1 Subnet'],
    ['\x15', 'from the pool'],
    [subnet, `1 Subnet          ${subnet}`],
    ['\r', '[>Cancel<]'],
  )
}

/** From a plan that asks for a name to what is sent: the name is typed, then the button pressed. */
export async function confirmSevere(terminal: RunningTerminal, word: string, then: string): Promise<void> {
  await terminal.until(shows(`Type ${word} to confirm`), LIMIT_MS)
  await steps(terminal, ['\t', '[ Cancel ]'])
  await typeWord(terminal, 'confirm: ', word)
  await confirm(terminal, then)
}

/** Of the list on the screen, only what has a word in it; the first of that is chosen. */
export async function filter(terminal: RunningTerminal, word: string): Promise<void> {
  await steps(terminal, ['/', ' filter  █'], [word, ` filter  ${word}█`])
  terminal.type('\r')
  const isKept = (row: string): boolean => row.includes(` filter  ${word}`) && !row.includes('█')
  await terminal.until(rows => rows.some(isKept), LIMIT_MS)
}

/** All of the list again. */
export async function clearFilter(terminal: RunningTerminal, word: string): Promise<void> {
  terminal.type('\x1b')
  await terminal.until(rows => !shows(` filter  ${word}`)(rows), LIMIT_MS)
}

export type ServiceKeys = {
  readonly name: string
  readonly image: string
  readonly replicas: string
  /** On the first overlay that there is (true). */
  readonly isOnNetwork?: boolean
  readonly endpointMode?: 'vip' | 'dnsrr'
  readonly port?: string
  /** Of the published port (ingress). */
  readonly portMode?: 'ingress' | 'host'
}

const RIGHT = '\x1b[C'

/** From the lists to the plan of a service. */
export async function planService(
  terminal: RunningTerminal,
  {
    name,
    image,
    replicas,
    isOnNetwork = true,
    endpointMode = 'vip',
    port,
    portMode = 'ingress',
  }: ServiceKeys,
): Promise<void> {
  await choose(terminal, 'Create a service', '━━ Create a service')
  await steps(
    terminal,
    [name, `Name            ${name}`],
    ['\t', '▌ Image'],
    [image, `Image           ${image}`],
    ['\t', '▌ Mode'],
    ['\t', '▌ Replicas'],
    // One digit is there: it goes, and another comes.
    ['\x15', 'Has to be filled in'],
    [replicas, `Replicas        ${replicas}`],
    ['\t', '▌ + a network'],
  )
  if (isOnNetwork) await steps(terminal, ['\r', '▌ 1 Network'], ['\t', '▌ + a network'])
  await steps(terminal, ['\t', '▌ Endpoint mode'])
  if (endpointMode === 'dnsrr') await steps(terminal, [RIGHT, '<dnsrr>'])
  if (port !== undefined) {
    await steps(
      terminal,
      ['\t', '▌ + a published port'],
      ['\r', '▌ 1 Port'],
      [port, `1 Port            ${port}`],
      ['\t', '▌   Target port'],
      ['80', 'Target port     80'],
      ['\t', '▌   Protocol'],
      ['\t', '▌   Mode'],
    )
    if (portMode === 'host') await steps(terminal, [RIGHT, '<host>'])
  }
  await steps(terminal, ['\r', '[>Cancel<]'])
}
