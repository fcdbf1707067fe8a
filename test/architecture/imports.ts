import { parseSync } from 'oxc-parser'

/** One arrow out of a file: `import`, `export ... from` or `import()`. */
export type Import = {
  /** As written; undefined for an `import()` of something computed. */
  readonly specifier: string | undefined
  /** Erased before the program runs. `import { type A }` is not: the statement stays and loads the module. */
  readonly typeOnly: boolean
  /** Counted from 1. */
  readonly line: number
}

/**
 * Every import of a TypeScript file, in the order of the source.
 *
 * `import('./x.ts').Type` inside a type is not seen here; the linter forbids that form.
 *
 * @throws Error when the file does not parse
 */
export function importsOf(file: string, source: string): Import[] {
  const { module, errors } = parseSync(file, source)
  const [error] = errors
  if (error) throw new Error(`${file} does not parse: ${error.message}`)

  const found: (Omit<Import, 'line'> & { readonly at: number })[] = []
  for (const { moduleRequest, start, end } of module.staticImports) {
    const typeOnly = /^import\s+type\b(?!\s*(?:,|from\b))/.test(source.slice(start, end))
    found.push({ specifier: moduleRequest.value, typeOnly, at: start })
  }
  for (const { entries, start, end } of module.staticExports) {
    const from = entries.find(entry => entry.moduleRequest)?.moduleRequest
    if (!from) continue
    found.push({
      specifier: from.value,
      typeOnly: /^export\s+type\b/.test(source.slice(start, end)),
      at: start,
    })
  }
  for (const { moduleRequest, start } of module.dynamicImports) {
    const literal = /^(['"`])([^'"`$]*)\1$/.exec(source.slice(moduleRequest.start, moduleRequest.end))
    found.push({ specifier: literal?.[2], typeOnly: false, at: start })
  }
  return found
    .sort((a, b) => a.at - b.at)
    .map(({ at, ...rest }) => ({ ...rest, line: source.slice(0, at).split('\n').length }))
}
