/** `lab/guest/run`: a command in a fresh guest. */
import { parseArgs } from 'node:util'
import { LabError } from '../run.ts'
import { type GuestOptions, runInGuest } from './boot.ts'
import { defaultSuite, isSuite, suites } from './suites.ts'

const usage = `usage: lab/guest/run [OPTION...] -- COMMAND [ARGUMENT...]

  --suite NAME        Debian of the guest: ${Object.keys(suites).join(', ')} (${defaultSuite})
  --workers N         first brings a swarm up, of a manager and N workers (lab/swarm)
  --qemu              in qemu without KVM; without this, only where user-mode Linux does not come up
  --iptables KIND     legacy or nft: what Docker writes its rules with (legacy)
  --share FOLDER      shows a folder at the same path in the guest, read only; may be repeated
  --output FOLDER     the same, writable: what the command leaves there is brought back; may be repeated
  --env NAME=VALUE    environment of the command; may be repeated
  --memory SIZE       such as 3G (2G)
  --timeout SECONDS   ends the guest after that time (300)
  --cpu NUMBER        the host's processor to run on (the quietest)

Exit status: the command's; 2 wrong usage, 124 time limit, 125 no guest or no result, 130 interrupted.
`

/** @returns undefined when only help was asked for. @throws Error for wrong usage */
function parse(argv: readonly string[]): { command: string[]; options: GuestOptions } | undefined {
  const { values, positionals } = parseArgs({
    args: [...argv],
    allowPositionals: true,
    options: {
      suite: { type: 'string', default: defaultSuite },
      workers: { type: 'string' },
      iptables: { type: 'string', default: 'legacy' },
      share: { type: 'string', multiple: true, default: [] },
      output: { type: 'string', multiple: true, default: [] },
      env: { type: 'string', multiple: true, default: [] },
      memory: { type: 'string', default: '2G' },
      timeout: { type: 'string', default: '300' },
      cpu: { type: 'string' },
      qemu: { type: 'boolean', default: false },
      help: { type: 'boolean', short: 'h', default: false },
    },
  })
  if (values.help) return undefined
  const { suite, workers, iptables, memory, timeout, cpu } = values
  if (!isSuite(suite)) throw new Error(`--suite: ${Object.keys(suites).join(', ')}, not ${suite}`)
  if (iptables !== 'legacy' && iptables !== 'nft')
    throw new Error(`--iptables: legacy or nft, not ${iptables}`)
  if (workers !== undefined && !/^\d$/.test(workers)) throw new Error(`--workers: 0 to 9, not ${workers}`)
  if (!/^\d+[MG]$/.test(memory)) throw new Error(`--memory: a size such as 2G, not ${memory}`)
  if (!/^[1-9]\d{0,5}$/.test(timeout)) throw new Error(`--timeout: seconds, not ${timeout}`)
  if (cpu !== undefined && !/^\d{1,4}$/.test(cpu)) throw new Error(`--cpu: a number, not ${cpu}`)
  if (positionals.length === 0) throw new Error('no command')
  const env = values.env.map(assignment => {
    const [, name, value] = /^([A-Za-z_]\w*)=(.*)$/s.exec(assignment) ?? []
    if (name === undefined || value === undefined) throw new Error(`--env: NAME=VALUE, not ${assignment}`)
    return [name, value] as const
  })
  return {
    command: positionals,
    options: {
      suite,
      iptables,
      memory,
      timeout: Number(timeout),
      shares: [
        ...values.share.map(folder => ({ folder, mode: 'ro' as const })),
        ...values.output.map(folder => ({ folder, mode: 'rw' as const })),
      ],
      env: Object.fromEntries(env),
      ...(workers !== undefined && { workers: Number(workers) }),
      ...(cpu !== undefined && { cpu: Number(cpu) }),
      ...(values.qemu && { machine: 'qemu' as const }),
    },
  }
}

async function main(argv: readonly string[]): Promise<number> {
  let parsed: ReturnType<typeof parse>
  try {
    parsed = parse(argv)
  } catch (error) {
    console.error(`lab/guest/run: ${(error as Error).message}\n\n${usage}`)
    return 2
  }
  if (parsed === undefined) {
    console.log(usage)
    return 0
  }
  const interrupt = new AbortController()
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => interrupt.abort())
  try {
    return await runInGuest(parsed.command, { ...parsed.options, signal: interrupt.signal })
  } catch (error) {
    if (interrupt.signal.aborted) return 130
    if (!(error instanceof LabError)) throw error
    console.error(`lab/guest/run: ${error.message}`)
    return 125
  }
}

process.exitCode = await main(process.argv.slice(2))
