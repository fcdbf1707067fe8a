/** Whether this is a Node or system error with this code, such as `ENOENT`. */
export function isCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code
}

/** Where Node has other words than the system's own. */
const words: Readonly<Record<string, string>> = { EISDIR: 'it is a directory', EPERM: 'permission denied' }

/**
 * The message of whatever was thrown. Node begins those about files with a code and ends them with a system call and a path
 * (`ENOENT: no such file or directory, open '/x'`): who says what failed has named the path.
 */
export function errorMessage(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  const [, code = '', meaning] = /^(E[A-Z0-9]+): (.+?), [a-z_]+(?: '.*')?$/s.exec(error.message) ?? []
  return meaning === undefined ? error.message : (words[code] ?? meaning)
}
