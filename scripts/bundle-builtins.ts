import { builtinModules } from 'node:module'
import { parseSync } from 'oxc-parser'

const builtins = new Set(builtinModules.map(name => `node:${name.replace(/^node:/, '')}`))

/**
 * A bundled file that takes Node's own modules from `process.getBuiltinModule`. An `import` of one makes Node read each of its
 * exports, also those that are getters: node:crypto loads all of WebCrypto then, node:fs all streams and node:http all of
 * undici, which is a fifth of the way to the first frame. Late imports stay: their names are those of an ES module.
 *
 * @param name of the file, for the parser
 */
export function withoutFacades(name: string, text: string): string {
  let taken = text
  for (const { start, end, moduleRequest, entries } of parseSync(
    name,
    text,
  ).module.staticImports.toReversed()) {
    if (!builtins.has(moduleRequest.value)) continue
    const names = entries
      .filter(({ importName }) => isNamed(importName.kind))
      .map(({ importName, localName }) => `${importName.name}:${localName.value}`)
    const wholes = entries
      .filter(({ importName }) => !isNamed(importName.kind))
      .map(({ localName }) => localName.value)
    const left = [...wholes, ...(names.length > 0 ? [`{${names.join(',')}}`] : [])]
    // Of globalThis, as `process` may be one of the names. Node before 20.16 has no such function; it shall live long enough to be told that it is too old.
    const module = `globalThis.process.getBuiltinModule?.(${JSON.stringify(moduleRequest.value)})??{}`
    const statement = left.map(target => `const ${target}=${module};`).join('')
    taken = taken.slice(0, start) + statement + taken.slice(end)
  }
  return taken
}

/** The parser's own enum is there for the compiler alone, and cannot be imported. */
function isNamed(kind: string): boolean {
  return kind === 'Name'
}
