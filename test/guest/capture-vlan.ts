/**
 * Records the cases of test/vlan as fixtures: the snapshot of each, and who got through to whom. Needs root and a kernel with bridges
 * that filter by VLAN, which the guest's is.
 *
 *     lab/guest/run --output DIR -- node test/guest/capture-vlan.ts DIR
 */
import { execFileSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { brotliCompressSync } from 'node:zlib'
import { makeBed } from '../vlan/bed.ts'
import { vlanCases } from '../vlan/cases.ts'
import { knownOf, saidByTrace, seenInCase, tellingOf } from '../vlan/compare.ts'

const [, , directory = '.'] = process.argv
const version = (command: string, ...options: readonly string[]): string =>
  execFileSync(command, options, { encoding: 'utf8' }).trim()

const bed = makeBed()
try {
  const cases = []
  for (const each of vlanCases) {
    const { snapshot, witness } = await seenInCase(bed, each)
    const told = saidByTrace(snapshot, each)
    const { arrived, answered, unknown } = told
    const said = JSON.stringify({ arrived, answered })
    const isSame =
      said === JSON.stringify(knownOf(witness, told)) && unknown.length > 0 === (each.isUnknown ?? false)
    process.stdout.write(`${isSame ? 'same' : 'DIFFERENT'}: ${each.name}: ${JSON.stringify(witness)}\n`)
    if (!isSame) process.stdout.write(`said ${said}, unknown ${unknown.join(' ')}\n${tellingOf(told)}\n`)
    cases.push({ ...each, ...witness, snapshot })
  }
  const recorded = {
    about:
      'A bridge that filters by VLAN and five hosts around it, in several states: who got through to whom in each.',
    date: new Date().toISOString().slice(0, 10),
    kernel: `${version('uname', '-r')}, user-mode Linux`,
    iproute2: version('ip', '-V'),
    script: 'test/guest/capture-vlan.ts',
    cases,
  }
  writeFileSync(join(directory, 'bridge-vlan.json.br'), brotliCompressSync(JSON.stringify(recorded)))
} finally {
  bed.remove()
}
