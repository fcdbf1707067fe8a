/**
 * The scenario `seed`: the node of the text that the project began with, by hand (lab/node.ts), as Docker 17.06 made them:
 * VIP, mark 0x112 and IPVS in the asking container's own sandbox, mark 0x114 in ingress_sbox. On a kernel with IPVS it
 * balances for real, between the tasks on the node and those that the wire's namespace stands for.
 *
 *     lab/guest/run --output fixtures/captures -- node lab/scenarios/seed.ts [--record fixtures/captures/seed]
 */
import { spawn } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { gzipSync } from 'node:zlib'
import { downNode, upNode } from '../node.ts'
import { output, waitFor } from '../swarm/index.ts'

type Check = {
  readonly name: string
  /** Name in the folder of namespaces, or `wire`. */
  readonly from: string
  readonly url: string
  /** Addresses of the tasks that must answer. */
  readonly tasks: readonly string[]
}

const checks: readonly Check[] = [
  {
    name: 'port 80 of the node',
    from: 'wire',
    url: 'http://172.16.100.21/',
    tasks: ['10.255.0.6', '10.255.0.7'],
  },
  {
    name: 'virtual address of nginx-vip',
    from: '18531514ffd0',
    url: 'http://192.168.10.2/',
    tasks: ['192.168.10.3', '192.168.10.4'],
  },
]

/** What the text shows: where, which command, and what must be in its output. */
const shown = [
  [
    '18531514ffd0',
    'iptables-legacy -t mangle -S OUTPUT',
    '-d 192.168.10.2/32 -j MARK --set-xmark 0x112/0xffffffff',
  ],
  ['18531514ffd0', 'ipvsadm -Sn', '-A -f 274 -s rr'],
  ['ingress_sbox', 'iptables-legacy -t mangle -S PREROUTING', '-j MARK --set-xmark 0x114/0xffffffff'],
  ['ingress_sbox', 'ipvsadm -Sn', '-A -f 276 -s rr'],
] as const

const { values } = parseArgs({ options: { record: { type: 'string' } } })
const node = await upNode({ generation: 'old', backend: 'legacy' })
const inside = (from: string, command: readonly string[]): Promise<string> => {
  const path = from === 'wire' ? node.wire : join(node.directory, from)
  return output(['nsenter', `--net=${path}`, ...command])
}
// The tasks of the other node.
const others = spawn(
  'nsenter',
  [`--net=${node.wire}`, process.execPath, join(import.meta.dirname, '../task.ts'), 'nginx', '0.0.0.0', '80'],
  { stdio: 'ignore' },
)
try {
  for (const { name, from, url, tasks } of checks) {
    const heard = new Map<string, number>()
    await waitFor(
      async () => {
        heard.clear()
        for (let call = 0; call < 4; call++) {
          const answer = await inside(from, ['curl', '-sS', '-m', '3', url]).catch(
            (error: Error) => error.message,
          )
          const who = / at ([\d.]+)/.exec(answer)?.[1] ?? answer
          heard.set(who, (heard.get(who) ?? 0) + 1)
        }
        const isRight = [...heard.keys()].toSorted().join() === tasks.join()
        return isRight ? undefined : `${name}: ${[...heard.keys()].join(' ')}, instead of ${tasks.join(' ')}`
      },
      { seconds: 30, everyMs: 500 },
    )
    console.log(`seed: ${name}: ${[...heard].map(([who, count]) => `${who} ${count}`).join(', ')}`)
  }
  for (const [from, command, text] of shown) {
    const line = (await inside(from, command.split(' '))).split('\n').find(each => each.includes(text))
    if (line === undefined) throw new Error(`${from}: ${command} has no ${text}`)
    console.log(`seed: ${from}: ${command}: ${line}`)
  }
  if (values.record) await recordSeed(values.record)
} finally {
  others.kill('SIGKILL')
  await downNode()
}

async function recordSeed(folder: string): Promise<void> {
  mkdirSync(folder, { recursive: true })
  const cnmtop = join(import.meta.dirname, '../../dist/cnmtop.js')
  const options = ['snapshot', '--no-docker', '--only-netns-dirs', '--netns-dir', node.directory, '-o', '-']
  writeFileSync(
    join(folder, 'node1.cnm.json.gz'),
    gzipSync(await inside('default', ['node', cnmtop, ...options])),
  )
  const provenance = {
    about:
      'The node of the text that the project began with, by hand: VIPs, marks and IPVS in every sandbox.',
    date: new Date().toISOString().slice(0, 10),
    docker: 'none: made by lab/node.ts as Docker 17.06 made them',
    kernel: `${(await output(['uname', '-r'])).trim()}, user-mode Linux`,
    iptables: (await output(['iptables-legacy', '--version'])).trim(),
    script: 'lab/scenarios/seed.ts',
    checks,
  }
  writeFileSync(join(folder, 'capture.json'), `${JSON.stringify(provenance, null, 2)}\n`)
}
