/** Builds a believable Docker Swarm node in namespaces of its own: `lab/node up`, `down` and `status`. */
import { parseArgs } from 'node:util'
import { type BuiltNode, builtNode, downNode, type UpOptions, upNode } from './build.ts'
import { maxSandboxes } from './crowd.ts'
import { LabError } from './run.ts'

export { type BuiltNamespace, type BuiltNode, downNode, type UpOptions, upNode } from './build.ts'
export { LabError } from './run.ts'

const usage = `usage: lab/node up [--sandboxes N] [--backend nft|legacy] [--generation old|lb] [--name NAME] [--dir DIR]
       lab/node down [--name NAME]
       lab/node status [--name NAME]

  --sandboxes N     N more sandboxes beside the default node's (at most ${maxSandboxes})
  --backend         which iptables writes the rules (nft)
  --generation      old: the VIP in every sandbox, Docker 17.06, as in the seed text; lb: load-balancer sandboxes, 20.10 (old)
  --name NAME       several labs can stand side by side (default)
  --dir DIR         where the namespace files go (/run/cnmtop-lab/NAME/netns)
`

/** Exit codes: 0 done, or the lab is up; 1 failed, or the lab is not up; 2 wrong usage; 130 interrupted. */
async function main(argv: readonly string[]): Promise<number> {
  const command = parse(argv)
  if (command === undefined) return 2
  const { verb, name, options } = command
  if (verb === 'status') return status(name)
  if (verb === 'down') {
    const found = await downNode({ name })
    console.log(found ? `lab ${name}: down` : `lab ${name}: nothing to remove`)
    return 0
  }
  const interrupt = new AbortController()
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => interrupt.abort())
  try {
    const built = await upNode({ ...options, name, signal: interrupt.signal })
    describe(built)
    console.log(`  took        ${(built.tookMs / 1_000).toFixed(1)} s`)
    return 0
  } catch (error) {
    if (!interrupt.signal.aborted) throw error
    console.error(`lab/node: interrupted; what was built of ${name} is removed`)
    return 130
  }
}

function parse(argv: readonly string[]): { verb: string; name: string; options: UpOptions } | undefined {
  try {
    const { values, positionals } = parseArgs({
      args: [...argv],
      allowPositionals: true,
      options: {
        sandboxes: { type: 'string', default: '0' },
        backend: { type: 'string', default: 'nft' },
        generation: { type: 'string', default: 'old' },
        name: { type: 'string', default: 'default' },
        dir: { type: 'string' },
        help: { type: 'boolean', short: 'h', default: false },
      },
    })
    if (values.help) {
      console.log(usage)
      process.exit(0)
    }
    const { backend, generation, name, dir } = values
    const verb = positionals[0] ?? ''
    if (positionals.length !== 1 || !['up', 'down', 'status'].includes(verb))
      throw new Error('up, down or status?')
    if (backend !== 'nft' && backend !== 'legacy') throw new Error(`--backend: nft or legacy, not ${backend}`)
    if (generation !== 'old' && generation !== 'lb')
      throw new Error(`--generation: old or lb, not ${generation}`)
    if (!/^\d+$/.test(values.sandboxes)) throw new Error(`--sandboxes: not a number: ${values.sandboxes}`)
    return {
      verb,
      name,
      options: {
        backend,
        generation,
        sandboxes: Number(values.sandboxes),
        ...(dir === undefined ? {} : { directory: dir }),
      },
    }
  } catch (error) {
    console.error(`lab/node: ${(error as Error).message}\n\n${usage}`)
    return undefined
  }
}

function status(name: string): number {
  const built = builtNode(name)
  if (built === undefined) {
    console.log(`lab ${name}: not up`)
    return 1
  }
  if (built === 'partial') {
    console.log(`lab ${name}: half built; lab/node down --name ${name} removes it`)
    return 1
  }
  describe(built)
  return 0
}

function describe(built: BuiltNode): void {
  const count = (kind: string) => built.namespaces.filter(namespace => namespace.kind === kind).length
  const kinds = ['host', 'ingress', 'overlay', 'load-balancer', 'container'].filter(kind => count(kind) > 0)
  console.log(`lab ${built.name}: up
  directory   ${built.directory}
  namespaces  ${built.namespaces.length} (${kinds.map(kind => `${count(kind)} ${kind}`).join(', ')})
  rules       iptables-${built.backend}, as Docker ${built.generation === 'old' ? '17.06' : '20.10'} writes them
  processes   ${built.pids.join(' ')}
  wire        ${built.wire} (a client at 172.16.100.1, the other node at 172.16.100.20)
  IPVS        ${built.ipvs ? 'services made' : 'none: this kernel has no IPVS, so no virtual services and no `-m ipvs` rules'}`)
}

if (import.meta.main) {
  try {
    process.exitCode = await main(process.argv.slice(2))
  } catch (error) {
    if (!(error instanceof LabError || error instanceof RangeError)) throw error
    console.error(`lab/node: ${error.message}`)
    process.exitCode = 1
  }
}
