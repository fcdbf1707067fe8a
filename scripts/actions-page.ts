/**
 * Makes docs/actions-checks.md: each check beside what real daemons answered to the same request (fixtures/actions).
 *
 * `node scripts/actions-page.ts [--check]`; `--check` writes nothing, and fails when the page is not what it would be.
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { checkIntent } from '../src/actions/check/index.ts'
import { siteOf } from '../src/actions/site.ts'
import { cases } from '../test/actions/cases.ts'
import { type Recording, recordings } from '../test/actions/recorded-answers.ts'

const file = resolve(import.meta.dirname, '../docs/actions-checks.md')
const versions = recordings.map(({ name }) => name.replace('docker-', ''))

function cell(text: string): string {
  return text.replaceAll('|', String.raw`\|`).replaceAll(/\s+/g, ' ')
}

/** One text where all versions agree, else each with its version. */
function joined(texts: readonly string[]): string {
  if (new Set(texts).size === 1) return cell(texts[0] ?? '')
  return [...Map.groupBy(versions.keys(), index => texts[index])]
    .map(([text, indexes]) => `${[...indexes].map(index => versions[index]).join(', ')}: ${cell(text ?? '')}`)
    .join('<br>')
}

function ours({ snapshot }: Recording, intent: (typeof cases)[number]['intent']): string {
  const checks = checkIntent(intent, siteOf(snapshot))
  if (checks.length === 0) return '-'
  return checks
    .map(({ level, field, text }) => `**${level}** ${field ? `\`${field}\` ` : ''}${text}`)
    .join(' ')
}

function theirs({ answers }: Recording, name: string): string {
  const answer = answers.find(one => one.name === name)
  if (!answer) return 'not asked'
  const { status, message, comes } = answer
  // Ids that are new in every run say nothing.
  const words = (message ?? '').replaceAll(/\b(?:[0-9a-f]{12,64}|[0-9a-z]{25})\b/g, '…')
  if (message !== undefined) return `${status} ${words}`
  return `taken${comes === undefined ? '' : `; then: ${comes.replaceAll(/\b(?:[0-9a-f]{12,64}|[0-9a-z]{25})\b/g, '…')}`}`
}

const page = `# What is checked, beside what the daemons say

Made by \`node scripts/actions-page.ts\` from [fixtures/actions](../fixtures/actions), answers of real daemons: ${recordings
  .map(({ provenance }) => provenance['docker'])
  .join(
    '; ',
  )}. An error is what the daemon refuses; a warning is about what it takes, and says what comes of it. Test
programs hold both against each other: [recorded.test.ts](../test/actions/recorded.test.ts) these recordings,
[actions-table.test.ts](../test/swarm/actions-table.test.ts) the daemons of the guest.

| case | cnmtop says | the daemon says |
| --- | --- | --- |
${cases
  .map(
    ({ name, intent }) =>
      `| ${name} | ${joined(recordings.map(recording => ours(recording, intent)))} | ${joined(recordings.map(recording => theirs(recording, name)))} |`,
  )
  .join('\n')}
`

if (!process.argv.includes('--check')) writeFileSync(file, page)
else if (readFileSync(file, 'utf8') !== page) {
  console.error('docs/actions-checks.md is old: node scripts/actions-page.ts')
  process.exitCode = 1
}
