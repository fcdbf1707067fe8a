import { posix } from 'node:path'
import { guardedModules, layerOf, type Layer } from '../../layers.ts'
import { importsOf, type Import } from './imports.ts'

/** Reads the package of ours that a bare specifier names, such as `netlink-codec/testing`, as its folder. */
type PackageFolder = (specifier: string) => string | undefined

const packageFolder: PackageFolder = specifier => {
  const name = specifier.split('/')[0] ?? ''
  return layerOf(`packages/${name}`)?.path
}

/**
 * Checks the imports of one file against `layers.ts`.
 *
 * @param file path from the root of the repository, with `/`
 * @returns one sentence for each wrong arrow: where, what, and what would be allowed
 */
export function wrongArrows(file: string, source: string): string[] {
  const layer = layerOf(file)
  if (!layer) return [`${file}: no layer of layers.ts holds this file`]
  return importsOf(file, source)
    .map(arrow => {
      const reason = whyWrong(file, layer, arrow)
      return reason && `${file}:${arrow.line}: ${reason}`
    })
    .filter(sentence => sentence !== undefined)
}

function whyWrong(file: string, layer: Layer, arrow: Import): string | undefined {
  const { specifier } = arrow
  if (specifier === undefined) return 'import() of a computed name cannot be checked: write the name out'
  const target = specifier.startsWith('.')
    ? posix.join(posix.dirname(file), specifier)
    : packageFolder(specifier)
  return target === undefined ? whyNotExternal(layer, specifier) : whyNotOwn(layer, arrow, target)
}

function whyNotOwn(layer: Layer, { specifier, typeOnly }: Import, target: string): string | undefined {
  const to = layerOf(target)
  if (!to) return `${specifier} is outside of src and packages`
  if (to === layer || layer.own.includes(to.path)) return undefined
  const allowed = `${layer.path} may import ${layer.own.join(', ') || 'nothing of ours'}`
  if (!layer.own.includes(`${to.path}:types`)) return `${specifier} is in ${to.path}; ${allowed}`
  return typeOnly
    ? undefined
    : `${specifier} is in ${to.path}, of which only types may be imported; ${allowed}`
}

function whyNotExternal(layer: Layer, specifier: string): string | undefined {
  const isGuarded = (name: string): boolean => specifier === name || specifier.startsWith(`${name}/`)
  const guarded = guardedModules.find(name => specifier === name) ?? guardedModules.find(isGuarded)
  if (guarded !== undefined && !layer.external.includes(guarded)) {
    const allowed = layer.external.join(', ') || 'no guarded module'
    return `${layer.path} may not import ${specifier}: of the guarded modules it may import ${allowed}`
  }
  if (layer.path.startsWith('packages/') && specifier.startsWith('node:')) {
    return `${layer.path} holds pure functions over bytes: it may not import ${specifier}`
  }
  return undefined
}
