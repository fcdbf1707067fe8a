// Node before 22.8 has no such function: named in an import it would be a syntax error, before anything could be said.
import nodeModule from 'node:module'
import { fileURLToPath } from 'node:url'

/**
 * Keeps compiled code from one start to the next, in `compiled` beside the bundle and nowhere else: where that may not
 * be written, each start compiles anew. Each thread asks for itself. `NODE_DISABLE_COMPILE_CACHE=1` switches it off.
 *
 * @param url of the file that asks; from the sources nothing is kept
 */
export function keepCompiledCode(url: string): void {
  if (url.endsWith('.js')) nodeModule.enableCompileCache(fileURLToPath(new URL('./compiled', url)))
}
