import type { Graph, GraphObject, RealServer, VirtualService } from '../../../graph/model.ts'
import { allObjects } from '../../../graph/query.ts'
import { placeOfObject, typeWords } from '../objects.ts'
import { type Entry, entry } from './entry.ts'

const cache = new WeakMap<Graph, readonly Entry[]>()

/** Objects of the graph by name, id, address, MAC, port, VNI and mark. */
export function objectEntries(graph: Graph): readonly Entry[] {
  let entries = cache.get(graph)
  if (!entries) {
    entries = allObjects(graph).flatMap(object => entriesOf(graph, object))
    cache.set(graph, entries)
  }
  return entries
}

function entriesOf(graph: Graph, object: GraphObject): Entry[] {
  const target = placeOfObject(graph, object.id)
  if (!target) return []
  const goal = { target }
  const about = aboutOf(graph, object).filter(Boolean).join(' ')
  const isFuzzy = !['endpoint', 'real-server', 'peer', 'port'].includes(object.type)
  const entries = [entry(typeWords[object.type], object.name, about, goal, isFuzzy)]
  if (object.type === 'network')
    for (const vni of object.vnis) entries.push(entry('vni', String(vni), object.name, goal))
  if (object.type === 'virtual-service' && object.fwmark !== undefined)
    entries.push(entry('fwmark', hexMark(object.fwmark), object.name, goal))
  if (object.type === 'service') {
    for (const { network, vip } of object.networks)
      if (vip !== undefined)
        entries.push(entry('vip', vip, `${object.name} on ${graph.networks[network]?.name ?? network}`, goal))
  }
  return entries
}

/** `276 0x114`: rules write a mark in hexadecimal, ipvsadm does not. */
function hexMark(mark: number): string {
  return `${mark} 0x${mark.toString(16)}`
}

function aboutOf(graph: Graph, object: GraphObject): (string | undefined)[] {
  switch (object.type) {
    case 'node':
      return [object.role, ...object.vteps, object.nodeId]
    case 'network':
      return [
        object.driver,
        ...object.subnets.map(({ subnet }) => subnet),
        object.node && `on ${graph.nodes[object.node]?.name ?? object.node}`,
        object.networkId,
      ]
    case 'sandbox':
      return [object.kind, object.sandboxKey, object.namespace]
    case 'endpoint':
      return [
        graph.networks[object.network]?.name,
        ...object.addresses.map(({ address }) => address),
        object.mac,
        object.endpointId,
      ]
    case 'service':
      return [object.mode, object.stack, object.image, object.serviceId]
    case 'task':
      return [object.state, ...object.addresses.map(({ address }) => address), object.taskId]
    case 'container':
      return [object.state, object.image, object.containerId]
    case 'virtual-service':
      return [placeOf(graph, object), object.scheduler, object.address]
    case 'real-server':
      return [object.address, graph.virtualServices[object.virtualService]?.name, placeOf(graph, object)]
    case 'peer':
      return [object.vtep, graph.networks[object.network]?.name]
    case 'port':
      return [`${object.port}/${object.protocol}`, object.mode, serviceOf(graph, object.service)]
  }
}

/** `in lb_ugxpqp5je on node1` */
function placeOf(graph: Graph, object: VirtualService | RealServer): string {
  const virtual = object.type === 'real-server' ? graph.virtualServices[object.virtualService] : object
  const sandbox = graph.sandboxes[virtual?.sandbox ?? '']
  return `${sandbox ? `in ${sandbox.name} ` : ''}on ${graph.nodes[object.node]?.name ?? object.node}`
}

function serviceOf(graph: Graph, id: string | undefined): string | undefined {
  return id === undefined ? undefined : graph.services[id]?.name
}
