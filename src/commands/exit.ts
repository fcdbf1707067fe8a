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

/** What each code means, for the manual. */
export const exitMeanings: Readonly<Record<number, string>> = {
  0: 'Done, or nothing differs',
  1: 'A fault of cnmtop, or a file that cannot be written',
  2: 'Wrong usage, or a mistake in a configuration file',
  3: 'diff: something differs, or could not be compared; trace: not delivered, or not known whether, or not as predicted; net, service, undo: refused, not as wanted in time, or not known',
  4: 'A permission is missing for what was asked',
  5: 'The namespaces or the daemon asked for cannot be reached',
  6: 'The snapshot cannot be read, or is of a newer version',
  130: 'Interrupted',
}
