/**
 * `npm run bench [-- --sandboxes 200,1000] [--only collection,start,keys,graph,palette,rest]`: builds lab nodes and measures,
 * as root.
 *
 * What is compared is compared in one run on one node, so the ratios hold on any machine. Nothing is written.
 */
import { cpus } from 'node:os'
import { parseArgs } from 'node:util'
import { downNode, upNode } from '../lab/node.ts'
import { measureCollection } from './collection.ts'
import { measureGraph } from './graph.ts'
import { measureKeys } from './keys.ts'
import { measurePalette } from './palette.ts'
import { measureRest } from './rest.ts'
import { type Measurement, type Result, type Subject, table } from './result.ts'
import { measureStart } from './start.ts'
import { measureTrace } from './trace.ts'

const measurements: Readonly<Record<string, Measurement>> = {
  collection: measureCollection,
  start: measureStart,
  keys: measureKeys,
  graph: measureGraph,
  rest: measureRest,
  trace: measureTrace,
  palette: measurePalette,
}

const { values: flags } = parseArgs({
  options: {
    sandboxes: { type: 'string', default: '200,1000' },
    only: { type: 'string', default: Object.keys(measurements).join(',') },
  },
})

if (process.getuid?.() !== 0) {
  console.error('bench: building a lab node needs root')
  process.exit(4)
}

console.log(`Node ${process.version}, ${cpus().length} × ${cpus()[0]?.model ?? 'unknown processor'}`)
for (const sandboxes of flags.sandboxes.split(',').map(Number)) {
  const name = `bench-${process.pid}`
  try {
    const { directory, namespaces } = await upNode({ name, sandboxes })
    const subject = { sandboxes, netnsDir: directory }
    const results: Result[] = []
    for (const measurement of flags.only.split(',')) results.push(...(await measure(measurement, subject)))
    console.log(`\n${sandboxes} sandboxes, ${namespaces.length} namespaces\n\n${table(results)}`)
  } finally {
    await downNode({ name })
  }
}

/** One measurement. What cannot be measured is a row that says so; the others still run. */
async function measure(name: string, subject: Subject): Promise<Result[]> {
  const measurement = measurements[name]
  if (!measurement)
    throw new Error(`no measurement ${name}; there are ${Object.keys(measurements).join(', ')}`)
  try {
    return await measurement(subject)
  } catch (error) {
    console.error(`${name}: ${error instanceof Error ? error.message : String(error)}`)
    return [{ what: name, measured: 'failed, see above', met: false }]
  }
}
