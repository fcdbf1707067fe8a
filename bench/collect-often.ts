/**
 * Child of `collection.ts`: collects from one directory several times in a fresh process.
 *
 * `node bench/collect-often.ts DIRECTORY PASSES` prints one line of JSON for each pass: namespaces, milliseconds.
 */
import { collectSnapshot } from '../src/collectors/kernel/collect.ts'

const [directory = '', passes = '1'] = process.argv.slice(2)
for (let pass = 0; pass < Number(passes); pass++) {
  const started = performance.now()
  const { namespaces } = collectSnapshot({ netnsDirs: [directory], onlyNetnsDirs: true })
  const took = performance.now() - started
  if (namespaces.length === 0) throw new Error(`no namespace in ${directory}`)
  console.log(JSON.stringify({ namespaces: namespaces.length, ms: took }))
}
