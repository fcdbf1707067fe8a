/**
 * Where the program begins. Nothing else is loaded before V8 knows where compiled code is kept, so that nothing else is
 * compiled in vain: that is a third of the way to the first frame.
 */
import { keepCompiledCode } from './util/compiled.ts'

keepCompiledCode(import.meta.url)
try {
  await import('./cli.ts')
} catch (error) {
  const { reportFault } = await import('./commands/fault.ts')
  process.exitCode = reportFault(error)
}
