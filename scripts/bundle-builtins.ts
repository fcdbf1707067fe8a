import { builtinModules } from 'node:module'
import type { Plugin } from 'esbuild'

/**
 * Takes Node's own modules from `process.getBuiltinModule`. An `import` of one makes Node read each of its exports, also those that
 * are getters: node:crypto loads all of WebCrypto then and node:fs all streams, which is a fifth of the way to the first frame.
 */
export const builtinsWithoutFacade: Plugin = {
  name: 'builtins',
  setup(build) {
    const names = new Set(builtinModules.filter(name => !name.startsWith('_')))
    build.onResolve({ filter: /^(node:)?[a-z_]+(\/[a-z_]+)*$/ }, ({ path, kind }) => {
      // What is loaded late costs nothing at the start, and its names are those of an ES module.
      if (kind === 'dynamic-import') return undefined
      const name = path.replace(/^node:/, '')
      return names.has(name) ? { path: name, namespace: 'builtin', sideEffects: false } : undefined
    })
    build.onLoad({ filter: /.*/, namespace: 'builtin' }, ({ path }) => ({
      // Node before 20.16 has no such function; it shall live long enough to be told that it is too old.
      contents: `module.exports = process.getBuiltinModule?.('node:${path}')`,
    }))
  },
}
