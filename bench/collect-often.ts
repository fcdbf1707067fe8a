/**
 * Child of `collection.ts`: collects from one directory several times in a fresh process.
 *
 * `node bench/collect-often.ts DIRECTORY PASSES [--sysctls]` reads what the screen reads of every namespace, with
 * `--sysctls` all that a snapshot holds, and prints one line of JSON for each pass: namespaces, milliseconds.
 */
import { allParts, eagerParts } from '../src/collectors/kernel/parts.ts'
import { collectSnapshot } from '../src/collectors/kernel/collect.ts'

const [directory = '', passes = '1', all] = process.argv.slice(2)
for (let pass = 0; pass < Number(passes); pass++) {
  const started = performance.now()
  const { namespaces } = collectSnapshot({
    netnsDirs: [directory],
    onlyNetnsDirs: true,
    parts: all === '--sysctls' ? allParts : eagerParts,
  })
  const took = performance.now() - started
  if (namespaces.length === 0) throw new Error(`no namespace in ${directory}`)
  console.log(JSON.stringify({ namespaces: namespaces.length, ms: took }))
}
