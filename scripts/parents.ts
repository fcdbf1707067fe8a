/** Keeps processes from outliving those that they work for, however these end. */

/**
 * Ends this process soon after the one that started it: a signal that kills npm alone is not passed on. `setpriv` in
 * package.json does the same for the time before this is called.
 */
export function endWithParent(): void {
  const parent = process.ppid
  const watch = setInterval(() => {
    if (process.ppid !== parent) process.exit(130)
  }, 200)
  watch.unref()
}

/** The command, such that the kernel kills it when this process ends (prctl(2), PR_SET_PDEATHSIG). */
export function endingWithUs(command: readonly string[]): string[] {
  return ['setpriv', '--pdeathsig', 'KILL', ...command]
}
