/**
 * What the tools, the docker command and the Docker API say on a node, text for text: run on a node of the guest's swarm,
 * prints JSON of texts by file name, as `netns/ingress_sbox/link.json`.
 */
import { execFileSync } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { dockerApi } from '../swarm/docker-api.ts'

const folder = '/run/docker/netns'
const tools: Readonly<Record<string, readonly string[]>> = {
  'link.json': ['ip', '-j', '-d', '-s', 'link'],
  'addr.json': ['ip', '-j', 'addr'],
  'route.json': ['ip', '-j', '-d', 'route', 'show', 'table', 'all'],
  'rule.json': ['ip', '-j', 'rule'],
  'neigh.json': ['ip', '-j', 'neigh'],
  'fdb.json': ['bridge', '-j', 'fdb'],
  'xfrm-state.txt': ['ip', 'xfrm', 'state', 'list', 'nokeys'],
  'xfrm-policy.txt': ['ip', 'xfrm', 'policy'],
  'iptables-legacy.txt': ['iptables-legacy-save', '-c'],
  'iptables-nft.txt': ['iptables-nft-save', '-c'],
  'nft.json': ['nft', '-j', 'list', 'ruleset'],
  'ipvs.txt': ['ipvsadm', '-Sn'],
  'ipvs-stats.txt': ['ipvsadm', '-Ln', '--stats', '--exact'],
  'ipvs-conn.txt': ['ipvsadm', '-Lnc'],
  'sysctl.txt': [
    'sysctl',
    '-a',
    '--pattern',
    String.raw`^net\.(ipv4\.(ip_forward|vs|conf)|netfilter|bridge)`,
  ],
  'sockets.txt': ['ss', '-lntup'],
  'inode.txt': ['readlink', '/proc/self/ns/net'],
}

const files: Record<string, string> = {}
for (const name of ['', ...readdirSync(folder)]) {
  const texts = Object.entries(printed(name === '' ? undefined : `${folder}/${name}`))
  for (const [file, text] of texts) files[name === '' ? `host/${file}` : `netns/${name}/${file}`] = text
}
files['kernel.txt'] = run(['uname', '-srvm'])

const docker = dockerApi('/run/docker.sock')
const answers = [
  '/version',
  '/info',
  '/networks',
  '/containers/json?all=true',
  '/services',
  '/tasks',
  '/nodes',
]
for (const path of answers) await keep(path)
for (const { Id } of await docker.get<{ Id: string }[]>('/networks'))
  await keep(`/networks/${Id}?verbose=true`)
for (const { Id } of await docker.get<{ Id: string }[]>('/containers/json'))
  await keep(`/containers/${Id}/json`)
// The docker command's own words. A worker has none of services and tasks.
const idsOf = (...list: string[]): string[] =>
  run(['docker', ...list])
    .split('\n')
    .filter(Boolean)
inspect('containers', ['container', 'inspect'], idsOf('container', 'ls', '--all', '--quiet'))
inspect('networks', ['network', 'inspect', '--verbose'], idsOf('network', 'ls', '--quiet'))
const services = idsOf('service', 'ls', '--quiet')
inspect('services', ['service', 'inspect'], services)
const tasks = services.length === 0 ? [] : idsOf('service', 'ps', '--quiet', '--no-trunc', ...services)
inspect('tasks', ['inspect', '--type', 'task'], tasks)
process.stdout.write(JSON.stringify(files))

function inspect(kind: string, command: readonly string[], ids: readonly string[]): void {
  files[`cli/${kind}.json`] = ids.length === 0 ? '[]' : run(['docker', ...command, ...ids])
}

/**
 * What the tools print in a namespace, without those that print nothing. One shell runs them all: starting a program from
 * here takes ten times as long under user-mode Linux.
 */
function printed(netns: string | undefined): Record<string, string> {
  const directory = mkdtempSync(join(tmpdir(), 'raw-'))
  const quoted = (words: readonly string[]): string => words.map(word => `'${word}'`).join(' ')
  const lines = Object.entries(tools).map(
    ([file, command]) => `${quoted(command)} >${file} 2>/dev/null || rm ${file}`,
  )
  const enter = netns === undefined ? [] : ['nsenter', `--net=${netns}`]
  const command = [...enter, 'sh', '-c', lines.join('\n')]
  try {
    execFileSync(command[0]!, command.slice(1), { cwd: directory, stdio: 'ignore' })
  } catch (error) {
    // A task that was replaced while the node was read: its namespace went away.
    if (netns === undefined) throw error
    writeFileSync(join(directory, 'unread.txt'), `nsenter could not enter ${netns}\n`)
  }
  const texts = readdirSync(directory).map(
    file => [file, readFileSync(join(directory, file), 'utf8')] as const,
  )
  rmSync(directory, { recursive: true })
  return Object.fromEntries(texts.filter(([, text]) => text !== ''))
}

/** A tool that fails has nothing to tell: a kernel without its subsystem, a namespace that went away. */
function run(command: readonly string[]): string {
  const [program = '', ...args] = command
  try {
    return execFileSync(program, args, {
      encoding: 'utf8',
      maxBuffer: 1 << 28,
      stdio: ['ignore', 'pipe', 'ignore'],
    })
  } catch {
    return ''
  }
}

/** A worker refuses what only managers know. */
async function keep(path: string): Promise<void> {
  try {
    files[`api${path}`] = JSON.stringify(await docker.get(path))
  } catch (error) {
    files[`api${path}`] = JSON.stringify({ refused: (error as Error).message })
  }
}
