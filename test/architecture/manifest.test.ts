import { existsSync, readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { describe, expect, it } from 'vitest'
import { root, sourceFiles } from './source-files.ts'

type Manifest = {
  readonly name: string
  readonly version: string
  readonly scripts?: Readonly<Record<string, string>>
  readonly dependencies?: Readonly<Record<string, string>>
  readonly devDependencies?: Readonly<Record<string, string>>
  readonly optionalDependencies?: Readonly<Record<string, string>>
}
type Lock = {
  readonly packages: Readonly<
    Record<string, Manifest & { readonly resolved?: string; readonly link?: boolean }>
  >
}

const read = (file: string): string => readFileSync(resolve(root, file), 'utf8')
const rootManifest = JSON.parse(read('package.json')) as Manifest
const manifests = sourceFiles('package.json', 'packages/*/package.json').map(({ file, text }) => ({
  file,
  manifest: JSON.parse(text) as Manifest,
}))
const lock = JSON.parse(read('package-lock.json')) as Lock

describe('package.json', () => {
  it('pins every version exactly', () => {
    const loose = manifests.flatMap(({ file, manifest }) =>
      Object.entries({ ...manifest.dependencies, ...manifest.devDependencies })
        .filter(([, version]) => !/^\d+\.\d+\.\d+(?:-[\w.]+)?$/.test(version))
        .map(([name, version]) => `${file}: ${name} ${version}`),
    )
    expect(loose).toEqual([])
  })

  it('has scripts whose files are there', () => {
    const named = Object.values(rootManifest.scripts ?? {}).flatMap(
      script => script.match(/[\w./-]+\.ts\b/g) ?? [],
    )
    expect(named.length).toBeGreaterThan(0)
    expect(named.filter(file => !existsSync(resolve(root, file)))).toEqual([])
  })
})

describe('package-lock.json', () => {
  it('agrees with the manifests', () => {
    for (const { file, manifest } of manifests) {
      const entry = lock.packages[file.replace(/\/?package\.json$/, '')]
      expect(entry?.dependencies ?? {}, file).toEqual(manifest.dependencies ?? {})
      expect(entry?.devDependencies ?? {}, file).toEqual(manifest.devDependencies ?? {})
    }
  })

  it('names no download address, so any registry serves it', () => {
    const addresses = Object.entries(lock.packages).filter(([, entry]) =>
      /^https?:/.test(entry.resolved ?? ''),
    )
    expect(addresses.map(([name]) => name)).toEqual([])
  })

  it('holds every optional platform package, or npm ci refuses it (scripts/complete-lock.ts)', () => {
    const missing = Object.values(lock.packages).flatMap(entry =>
      Object.keys(entry.optionalDependencies ?? {}).filter(name => !lock.packages[`node_modules/${name}`]),
    )
    expect(missing).toEqual([])
  })
})
