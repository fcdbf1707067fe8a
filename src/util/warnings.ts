/**
 * Keeps what Node and libraries have to tell their developers (deprecations, too many listeners) off stderr: there it would be
 * written over the screen. Each thread has to call it. With `CNMTOP_DEBUG` set they are told.
 */
export function holdWarnings(): void {
  if ((process.env['CNMTOP_DEBUG'] ?? '') === '') process.removeAllListeners('warning')
}
