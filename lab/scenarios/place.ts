/** Finds the namespace of a place and runs programs in it. */
import { type Ended, runProgram, type Swarm, type SwarmNode } from '../swarm/index.ts'
import type { Place } from './scenario.ts'

/** Paths of sandboxes by `SERVICE@NODE` or `CONTAINER@NODE`, and ids of overlays by `network NAME`. */
export type Sandboxes = ReadonlyMap<string, string>

const folder = '/run/docker/netns'

/** Runs a program in a place, with the files of its node. */
export async function tryInPlace(
  swarm: Swarm,
  sandboxes: Sandboxes,
  place: Place,
  command: readonly string[],
): Promise<Ended> {
  if (place === 'client') return runProgram(command)
  const node = nodeOf(swarm, place)
  const path = await netnsOf(node, sandboxes, place)
  return node.try(path === undefined ? command : ['nsenter', `--net=${path}`, ...command])
}

/** @returns standard output. @throws Error when it fails */
export async function inPlace(
  swarm: Swarm,
  sandboxes: Sandboxes,
  place: Place,
  command: readonly string[],
): Promise<string> {
  const { status, stdout, stderr } = await tryInPlace(swarm, sandboxes, place, command)
  if (status !== 0)
    throw new Error(`${placeName(place)}: ${command.join(' ')} ended with ${status}: ${stderr.trim()}`)
  return stdout
}

/** `lb app of node1`. */
export function placeName(place: Place): string {
  if (place === 'client') return 'client'
  const what = {
    host: 'host',
    ingress: 'ingress_sbox',
    overlay: 'overlay',
    'load-balancer': 'lb',
    container: '',
  }
  const of = 'network' in place ? place.network : 'of' in place ? place.of : ''
  return `${[what[place.kind], of].filter(Boolean).join(' ')} on ${place.node}`
}

function nodeOf({ nodes }: Swarm, { node }: { readonly node: string }): SwarmNode {
  const found = nodes.find(({ name }) => name === node)
  if (!found) throw new Error(`no node ${node}`)
  return found
}

/** The namespace's file as the node sees it; undefined for the host's. */
async function netnsOf(
  node: SwarmNode,
  sandboxes: Sandboxes,
  place: Exclude<Place, 'client'>,
): Promise<string | undefined> {
  if (place.kind === 'host') return undefined
  if (place.kind === 'ingress') return `${folder}/ingress_sbox`
  if (place.kind === 'container') return known(sandboxes, `${place.of}@${node.name}`)
  const id = known(sandboxes, `network ${place.network}`)
  if (place.kind === 'load-balancer') return `${folder}/lb_${id.slice(0, 9)}`
  // The number in front counts how often the node has made the network's namespace.
  const names = (await node.exec(['ls', folder])).split('\n')
  const name = names.find(each => /^\d+-/.test(each) && id.startsWith(each.replace(/^\d+-/, '')))
  if (name === undefined) throw new Error(`${node.name} has no namespace of ${place.network}`)
  return `${folder}/${name}`
}

function known(sandboxes: Sandboxes, key: string): string {
  const value = sandboxes.get(key)
  if (value === undefined) throw new Error(`no ${key} here`)
  return value
}
