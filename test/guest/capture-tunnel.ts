/**
 * Records the cases of test/tunnel as fixtures: the snapshot of each, who answered, and which rules counted. Needs root and a kernel
 * with IPVS and ipip interfaces, which the guest's own has not: it is built with CONFIG_NET_IPIP beside lab/guest/uml.config.
 *
 *     CNMTOP_PREBUILT_KERNEL=FOLDER lab/guest/run --timeout 900 --output DIR -- node test/guest/capture-tunnel.ts DIR
 */
import { execFileSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { brotliCompressSync } from 'node:zlib'
import { makeBed } from '../tunnel/bed.ts'
import { tunnelCases } from '../tunnel/cases.ts'
import { saidByTrace, seenByKernel } from '../tunnel/compare.ts'

const [, , directory = '.'] = process.argv
const version = (command: string, ...options: readonly string[]): string =>
  execFileSync(command, options, { encoding: 'utf8' }).trim().split('\n')[0]!

const bed = await makeBed()
try {
  if (!bed.hasIpip) throw new Error('this kernel has no ipip interfaces')
  const cases = tunnelCases.map(each => {
    for (const [place, command] of each.set) bed.run(place, command)
    const { snapshot, witness } = seenByKernel(bed, each)
    for (const [place, command] of each.undo) bed.run(place, command)
    const { sentence, ...said } = saidByTrace(snapshot, each)
    const isSame = JSON.stringify(said) === JSON.stringify(witness)
    process.stdout.write(`${isSame ? 'same' : 'DIFFERENT'}: ${each.name}: ${sentence}\n`)
    if (!isSame) process.stdout.write(`${JSON.stringify({ witness, said }, null, 1)}\n`)
    return { ...each, ...witness, snapshot }
  })
  const recorded = {
    about:
      'IPVS that sends by IPIP to two real servers, in several states: what the kernel did with connections in each.',
    date: new Date().toISOString().slice(0, 10),
    kernel: `${version('uname', '-r')}, user-mode Linux with CONFIG_NET_IPIP`,
    iptables: version('iptables', '--version'),
    ipvsadm: version('ipvsadm', '--version'),
    script: 'test/guest/capture-tunnel.ts',
    cases,
  }
  writeFileSync(join(directory, 'ipvs-tunnel.json.br'), brotliCompressSync(JSON.stringify(recorded)))
} finally {
  bed.remove()
}
