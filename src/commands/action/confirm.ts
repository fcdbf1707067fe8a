import { createInterface } from 'node:readline/promises'
import { isatty } from 'node:tty'
import type { Plan } from '../../actions/plan.ts'
import { sanitise } from '../../util/sanitise.ts'
import { CommandError, exitCodes } from '../exit.ts'

export type ConfirmOptions = {
  /** Does not ask; what destroys needs `confirm` all the same. */
  readonly yes?: boolean
  /** The name that would be typed. */
  readonly confirm?: string
}

/** Whether an answer is still needed, beside what was said on the command line. */
export function isAsked({ severity }: Plan, { yes = false, confirm }: ConfirmOptions): boolean {
  return confirm === undefined && !(yes && severity !== 'severe')
}

/**
 * Asks whether a plan shall be done, where it was not said on the command line.
 *
 * @returns false when the answer is no
 * @throws CommandError when nobody can be asked, or the wrong name was given
 */
export async function confirmPlan(plan: Plan, options: ConfirmOptions): Promise<boolean> {
  const { severity, confirmWord } = plan
  const { confirm } = options
  if (confirm !== undefined) {
    if (confirm === confirmWord) return true
    throw new CommandError(
      exitCodes.usage,
      `--confirm ${confirm}: the name is ${confirmWord}; nothing was sent`,
    )
  }
  if (!isAsked(plan, options)) return true
  if (!isatty(0) || !isatty(2)) {
    const flag = severity === 'severe' ? `--confirm ${confirmWord}` : '--yes'
    throw new CommandError(
      exitCodes.usage,
      `nobody can be asked without a terminal: ${flag} does it; nothing was sent`,
    )
  }
  if (severity === 'severe') {
    const typed = await ask(`This cannot be taken back wholly. Type ${sanitise(confirmWord)} to do it: `)
    return typed === confirmWord
  }
  return /^y(?:es)?$/i.test((await ask('Do it? [y/N] ')).trim())
}

/** One line from the terminal. What was typed, or held down, before the question stood there is no answer to it. */
async function ask(question: string): Promise<string> {
  await discardTyped()
  const lines = createInterface({ input: process.stdin, output: process.stderr, terminal: false })
  return new Promise(resolve => {
    lines.on('line', line => {
      resolve(line)
      lines.close()
    })
    // The end of the input is a no.
    lines.on('close', () => resolve(''))
    process.stderr.write(question)
  })
}

/** Reads what is there for a while. Also the beginning of a line: the terminal keeps that to itself until it is told to pass on each key. */
async function discardTyped(): Promise<void> {
  const { stdin } = process
  const discard = (keys: Buffer): void => {
    // As the terminal itself would have it.
    if (keys.includes(CTRL_C)) process.kill(process.pid, 'SIGINT')
  }
  stdin.setRawMode(true)
  stdin.on('data', discard)
  await new Promise(resolve => setTimeout(resolve, TYPEAHEAD_MS))
  stdin.pause()
  stdin.off('data', discard)
  stdin.setRawMode(false)
}

const CTRL_C = 0x03

/** So long, what comes in was typed before. */
const TYPEAHEAD_MS = 150
