/** Exit codes of every command, in one place. */
export const exitCodes = {
  ok: 0,
  internal: 1,
  usage: 2,
  findings: 3,
  permission: 4,
  unreachable: 5,
  snapshot: 6,
  interrupted: 130,
} as const

/** Ends a command with a sentence on stderr and a code. */
export class CommandError extends Error {
  override readonly name = 'CommandError'
  readonly exitCode: number

  constructor(exitCode: number, message: string) {
    super(message)
    this.exitCode = exitCode
  }
}
