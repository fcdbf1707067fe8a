import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { matchExtensions, targetExtensions } from '../src/extensions/registry.ts'

/** More than any extension has. */
const REVISIONS = 8

function row(extension: {
  name: string
  size: (revision: number, family: 'ip' | 'ip6') => number | undefined
}): string {
  const revisions: string[] = []
  for (let revision = 0; revision < REVISIONS; revision++) {
    const v4 = extension.size(revision, 'ip') !== undefined
    const v6 = extension.size(revision, 'ip6') !== undefined
    if (v4 || v6) revisions.push(`${revision}${v4 && v6 ? '' : v4 ? ' (IPv4)' : ' (IPv6)'}`)
  }
  return `\`${extension.name}\` ${revisions.join(', ')}`
}

it('lists the extensions that there are', () => {
  const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8')
  const list = [
    `- Matches: ${[...matchExtensions.values()].map(row).join('; ')}.`,
    `- Targets: ${[...targetExtensions.values()].map(row).join('; ')}; ACCEPT, DROP, QUEUE, RETURN, jump, goto.`,
  ].join('\n')
  expect(readme).toContain(`<!-- extensions -->\n\n${list}\n\n<!-- /extensions -->`)
})
