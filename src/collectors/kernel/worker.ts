/** Where the collector's thread begins: nothing else is loaded before V8 knows where compiled code is kept. */
import { keepCompiledCode } from '../../util/compiled.ts'
import { holdWarnings } from '../../util/warnings.ts'

holdWarnings()
keepCompiledCode(import.meta.url)
await import('./collector-thread.ts')
