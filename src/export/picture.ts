import { plural } from '../util/format.ts'
import type { Endpoint, Graph, Network, PublishedPort, Sandbox, SwarmService } from '../graph/model.ts'
import { naturalOrder } from '../util/natural-order.ts'
import { sanitise } from '../util/sanitise.ts'

/** A drawing of a graph without a format: boxes, some of them inside of a node, and lines between them. */
export type Picture = {
  readonly title: string
  readonly groups: readonly Group[]
  readonly boxes: readonly Box[]
  readonly lines: readonly Line[]
}

/** What is on one node. */
export type Group = { readonly id: string; readonly title: string; readonly boxes: readonly Box[] }

export type BoxKind = 'port' | 'service' | 'network' | 'sandbox'

export type Box = {
  /** Letters and digits alone: safe in every format. */
  readonly id: string
  readonly kind: BoxKind
  /** The name first. No control characters; the format escapes what it has to. */
  readonly text: readonly string[]
}

/** `joins`: an endpoint; `serves`: where a request goes. */
export type Line = {
  readonly from: string
  readonly to: string
  readonly kind: 'joins' | 'serves'
  readonly label: string
}

/** The Container Network Model as a picture: published ports, services, networks, and the sandboxes of each node. */
export function pictureOf(graph: Graph): Picture {
  const ids = new Map<string, string>()
  const idOf = (object: string): string => {
    let id = ids.get(object)
    if (id === undefined) ids.set(object, (id = `n${ids.size + 1}`))
    return id
  }
  const sandboxes = sortedObjects(graph.sandboxes).filter(({ kind }) => kind !== 'overlay')
  const box = (object: { readonly id: string }, kind: BoxKind, text: readonly string[]): Box => ({
    id: idOf(object.id),
    kind,
    text: text.filter(line => line !== '').map(sanitise),
  })
  const groups = sortedObjects(graph.nodes).map(node => ({
    id: idOf(node.id),
    title: sanitise([node.name, node.role === 'none' ? undefined : node.role].filter(Boolean).join(', ')),
    boxes: sandboxes
      .filter(sandbox => sandbox.node === node.id)
      .map(sandbox => box(sandbox, 'sandbox', sandboxText(sandbox))),
  }))
  const boxes = [
    ...sortedObjects(graph.ports).map(port => box(port, 'port', portText(port))),
    ...sortedObjects(graph.services).map(service => box(service, 'service', serviceText(service))),
    ...sortedObjects(graph.networks).map(network => box(network, 'network', networkText(network))),
  ]
  const drawn = new Set([...boxes, ...groups.flatMap(group => group.boxes)].map(({ id }) => id))
  const lines = linesOf(graph)
    .map(line => ({ ...line, from: idOf(line.from), to: idOf(line.to), label: sanitise(line.label) }))
    .filter(({ from, to }) => drawn.has(from) && drawn.has(to))
  const title = groups.map(group => group.title).join(' + ')
  return { title, groups, boxes, lines }
}

function linesOf(graph: Graph): Line[] {
  return [
    ...sortedObjects(graph.ports).flatMap((port): Line[] => {
      const to =
        port.service ?? (port.container === undefined ? undefined : graph.containers[port.container]?.sandbox)
      return to === undefined ? [] : [{ from: port.id, to, kind: 'serves', label: '' }]
    }),
    ...sortedObjects(graph.services).flatMap(service => [
      ...service.networks.map(
        ({ network, vip }): Line => ({
          from: service.id,
          to: network,
          kind: 'serves',
          label: vip === undefined ? '' : `VIP ${vip}`,
        }),
      ),
    ]),
    ...sortedObjects(graph.endpoints).map(
      (endpoint): Line => ({
        from: endpoint.network,
        to: endpoint.sandbox,
        kind: 'joins',
        label: endpointLabel(endpoint),
      }),
    ),
  ]
}

type Sortable = { readonly name: string; readonly id: string; readonly node?: string }

/** By name, those of one name by their nodes: the graph's own order says nothing. */
export function sortedObjects<Row extends Sortable>(objects: Readonly<Record<string, Row>>): Row[] {
  return Object.values(objects).toSorted(
    (a, b) =>
      naturalOrder(a.name, b.name) || naturalOrder(a.node ?? '', b.node ?? '') || (a.id < b.id ? -1 : 1),
  )
}

function sandboxText({ name, kind, virtualServices }: Sandbox): string[] {
  const balancing = virtualServices.length === 0 ? '' : plural(virtualServices.length, 'virtual service')
  return [name, kind, balancing]
}

function networkText({ name, driver, subnets, vnis, isEncrypted }: Network): string[] {
  return [
    name,
    isEncrypted ? `${driver}, encrypted` : driver,
    ...subnets.map(({ subnet }) => subnet),
    vnis.length === 0 ? '' : `VNI ${vnis.join(', ')}`,
  ]
}

function serviceText({ name, mode, tasks }: SwarmService): string[] {
  return [
    name,
    ['service', mode].filter(Boolean).join(', '),
    tasks.length === 1 ? '1 task' : `${tasks.length} tasks`,
  ]
}

function portText({ protocol, port, mode, hostIp }: PublishedPort): string[] {
  const at = hostIp === undefined || hostIp === '0.0.0.0' || hostIp === '::' ? '' : `${hostIp}:`
  return [`${at}${port}/${protocol}`, `published, ${mode}`]
}

function endpointLabel({ link, addresses }: Endpoint): string {
  const own = addresses.filter(({ role }) => role !== 'link-local')
  const words = own.map(({ address, role }) => (role === 'vip' ? `VIP ${address}` : address))
  return [link?.ifname, ...words].filter(Boolean).join(' ')
}
