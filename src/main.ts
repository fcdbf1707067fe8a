/**
 * Where the program begins. Nothing else is loaded before V8 knows where compiled code is kept, so that nothing else is
 * compiled in vain: that is a third of the way to the first frame. And nothing else before the version of Node is known:
 * an old one would end with a syntax error of some file.
 */
import { keepCompiledCode } from './util/compiled.ts'
import { isTooOld, leastNode } from './util/node-version.ts'
import { holdWarnings } from './util/warnings.ts'

if (isTooOld(process.versions.node)) {
  process.stderr.write(
    `cnmtop: needs Node ${leastNode} or newer, and this is ${process.versions.node}: install a newer one, or use npm start\n`,
  )
  process.exitCode = 1
} else {
  holdWarnings()
  keepCompiledCode(import.meta.url)
  try {
    await import('./cli.ts')
  } catch (error) {
    const { reportFault } = await import('./commands/fault.ts')
    process.exitCode = reportFault(error)
  }
}
