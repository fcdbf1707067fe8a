import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { isTooOld, leastNode } from '../../src/util/node-version.ts'

describe('the version of Node', () => {
  it('is the one of package.json', () => {
    const manifest: unknown = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'))
    expect(manifest).toMatchObject({ engines: { node: `>=${leastNode}` } })
  })

  it.each([
    ['18.20.4', true],
    ['20.20.2', true],
    ['22.8.0', true],
    ['22.17.9', true],
    ['22.18.0', false],
    ['22.20.1', false],
    ['24.0.0', false],
    ['100.1.0', false],
  ])('%s: too old %s', (version, expected) => {
    expect(isTooOld(version)).toBe(expected)
  })
})
