/** A node of the swarm: a machine's worth of namespaces on the guest's one kernel, with a dockerd of its own. */
import { spawn } from 'node:child_process'
import { closeSync, existsSync, mkdirSync, openSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type DockerApi, dockerApi } from './docker-api.ts'
import { type Ended, output, runProgram, waitFor } from './exec.ts'

/** Where the nodes are, in the guest. */
export const swarmHome = '/swarm'

/** Nodes are 192.168.77.1, .2 and so on; the guest itself, a client outside of the swarm, is .254. */
const subnet = '192.168.77'
const bridge = 'wire'
export const clientAddress = `${subnet}.254`

export type SwarmNode = {
  /** `node1`, which is also what Docker calls it. */
  readonly name: string
  readonly address: string
  /** Its first process, as the guest counts. */
  readonly pid: number
  /** Path of its docker.sock in the guest. Inside the node it is /run/docker.sock. */
  readonly dockerSocket: string
  readonly dockerLog: string
  readonly docker: DockerApi
  /** Runs a program with the node's network, files and processes; gives standard output. @throws Error when it fails */
  exec(command: readonly string[], input?: string): Promise<string>
  /** The same, for a program that may fail. */
  try(command: readonly string[], input?: string): Promise<Ended>
  /** The same in one of the node's other network namespaces, by its name in /run/docker/netns. */
  inNetns(netns: string, command: readonly string[], input?: string): Promise<string>
}

/** Handle of node `number` (from 1), which must have been made. */
export function swarmNode(number: number): SwarmNode {
  const home = homeOf(number)
  const pid = Number(readFileSync(join(home, 'pid'), 'utf8'))
  const dockerSocket = join(home, 'run/docker.sock')
  const exec = (command: readonly string[], input?: string): Promise<string> =>
    output(enter(pid, command), input)
  return {
    name: `node${number}`,
    address: addressOf(number),
    pid,
    dockerSocket,
    dockerLog: join(home, 'dockerd.log'),
    docker: dockerApi(dockerSocket),
    exec,
    try: (command, input) => runProgram(enter(pid, command), input),
    inNetns: (netns, command, input) =>
      exec(['nsenter', `--net=/run/docker/netns/${netns}`, ...command], input),
  }
}

export function isMade(number: number): boolean {
  return existsSync(join(homeOf(number), 'pid'))
}

/** The network between the nodes: a bridge in the guest's own namespace. */
export async function makeWire(): Promise<void> {
  await output(['ip', 'link', 'add', bridge, 'type', 'bridge'])
  await output(['ip', 'addr', 'add', `${clientAddress}/24`, 'dev', bridge])
  await output(['ip', 'link', 'set', bridge, 'up'])
  // Frames between nodes are none of the guest's own iptables' business.
  await output([
    'sysctl',
    '-qw',
    'net.bridge.bridge-nf-call-iptables=0',
    'net.bridge.bridge-nf-call-ip6tables=0',
  ])
  writeFileSync('/sys/fs/cgroup/cgroup.subtree_control', '+cpu +memory +pids +io')
}

/** Makes node `number` and joins it to the wire; Docker is not yet running. */
export async function makeNode(number: number): Promise<SwarmNode> {
  const home = homeOf(number)
  const name = `node${number}`
  const cgroup = join('/sys/fs/cgroup', name)
  for (const folder of [join(home, 'run'), cgroup]) mkdirSync(folder, { recursive: true })
  const namespaces = ['net', 'mount', 'uts', 'ipc', 'pid', 'cgroup'].map(kind => `--${kind}`)
  const init = [join(import.meta.dirname, 'node-init.sh'), name, addressOf(number), home]
  const log = openSync(join(home, 'init.log'), 'a')
  // The cgroup namespace's root is the cgroup that the process is in when it is made.
  const parent = spawn(
    'sh',
    [
      '-c',
      'echo $$ >"$0"/cgroup.procs; exec "$@"',
      cgroup,
      'unshare',
      ...namespaces,
      '--fork',
      'bash',
      ...init,
    ],
    { stdio: ['ignore', log, log], detached: true },
  )
  closeSync(log)
  parent.unref()
  await waitFor(() => (childOf(parent.pid) === undefined ? `${name} has no process` : undefined), {
    everyMs: 10,
  })
  const pid = childOf(parent.pid)!
  writeFileSync('/sys/fs/cgroup/cgroup.procs', String(parent.pid))
  await waitFor(
    () =>
      existsSync(join(home, 'ready'))
        ? undefined
        : `${name}: ${readFileSync(join(home, 'init.log'), 'utf8').trim()}`,
    { seconds: 20, everyMs: 20 },
  )
  const port = `port${number}`
  await output(['ip', 'link', 'add', port, 'type', 'veth', 'peer', 'name', 'eth0', 'netns', String(pid)])
  await output(['ip', 'link', 'set', port, 'master', bridge, 'up'])
  writeFileSync(join(home, 'pid'), String(pid))
  const node = swarmNode(number)
  await node.exec(['ip', 'addr', 'add', `${node.address}/24`, 'brd', '+', 'dev', 'eth0'])
  await node.exec(['ip', 'link', 'set', 'eth0', 'up'])
  await node.exec(['ip', 'route', 'add', 'default', 'via', clientAddress])
  return node
}

/** Starts dockerd on a node and waits until it answers. */
export async function startDocker(node: SwarmNode, options: readonly string[] = []): Promise<void> {
  const log = openSync(node.dockerLog, 'a')
  const cgroup = join('/sys/fs/cgroup', node.name, 'init')
  const daemon = enter(node.pid, ['dockerd', ...options])
  const child = spawn('sh', ['-c', 'echo $$ >"$0"/cgroup.procs; exec "$@"', cgroup, ...daemon], {
    stdio: ['ignore', log, log],
    detached: true,
    cwd: '/',
  })
  closeSync(log)
  child.unref()
  await waitFor(async () => {
    try {
      await node.docker.get('/_ping')
      return undefined
    } catch (error) {
      const end = readFileSync(node.dockerLog, 'utf8').slice(-1_500)
      if (child.exitCode !== null)
        throw new Error(`dockerd of ${node.name} ended with ${child.exitCode}:\n${end}`, { cause: error })
      return `dockerd of ${node.name} does not answer (${(error as Error).message}):\n${end}`
    }
  })
}

function homeOf(number: number): string {
  return join(swarmHome, `node${number}`)
}

function addressOf(number: number): string {
  return `${subnet}.${number}`
}

function enter(pid: number, command: readonly string[]): string[] {
  const kinds = ['net', 'mount', 'uts', 'ipc', 'pid', 'cgroup'].map(kind => `--${kind}`)
  return ['nsenter', '--target', String(pid), ...kinds, `--wdns=${process.cwd()}`, '--', ...command]
}

/** The first child of a process (proc(5), /proc/PID/task/TID/children). */
function childOf(pid: number | undefined): number | undefined {
  const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim()
  return children === '' ? undefined : Number(children.split(' ')[0])
}
