import type { Graph, GraphObject } from '../graph/model.ts'
import type { Snapshot, SourceReport } from '../snapshot/index.ts'
import { plural } from '../util/format.ts'
import { sanitise } from '../util/sanitise.ts'
import { mtuOf } from '../graph/query.ts'
import { sortedObjects } from './picture.ts'

/** A report for a ticket: the nodes, what could not be read, and what there is, in tables. */
export function exportMarkdown(graph: Graph, snapshots: readonly Snapshot[]): string {
  const nodes = sortedObjects(graph.nodes)
  const networks = sortedObjects(graph.networks)
  const services = sortedObjects(graph.services)
  const name = (id: string | undefined, objects: Readonly<Record<string, GraphObject>>): string =>
    id === undefined ? '' : (objects[id]?.name ?? id)
  return [
    '# cnmtop report',
    '',
    ...snapshots.map(snapshotLine),
    ...section(
      'Could not be read',
      ['Node', 'Where', 'Source', 'Status', 'Why'],
      snapshots.flatMap(unread),
      'Everything was read.',
    ),
    ...section('Warnings', ['Object', 'Code', 'What'], warnings(graph), 'None.'),
    ...section(
      'Nodes',
      ['Name', 'Role', 'State', 'Engine', 'VTEP'],
      nodes.map(node => [
        node.name,
        node.role ?? '',
        node.state ?? '',
        node.engineVersion ?? '',
        node.vteps.join(', '),
      ]),
    ),
    ...section(
      'Networks',
      ['Name', 'Driver', 'Scope', 'Subnets', 'VNI', 'MTU', 'Endpoints'],
      networks.map(network => [
        network.node === undefined ? network.name : `${network.name} of ${name(network.node, graph.nodes)}`,
        network.isEncrypted ? `${network.driver}, encrypted` : network.driver,
        network.scope,
        network.subnets.map(({ subnet }) => subnet).join(', '),
        network.vnis.join(', '),
        String(mtuOf(network) ?? ''),
        String(network.endpoints.length),
      ]),
    ),
    ...section(
      'Services',
      ['Name', 'Mode', 'VIPs', 'Ports', 'Tasks'],
      services.map(service => [
        service.name,
        service.mode ?? '',
        service.networks
          .flatMap(({ network, vip }) =>
            vip === undefined ? [] : `${vip} on ${name(network, graph.networks)}`,
          )
          .toSorted()
          .join(', '),
        service.ports
          .map(
            ({ publishedPort, targetPort, protocol, publishMode }) =>
              `${publishedPort ?? '?'}->${targetPort}/${protocol ?? ''} ${publishMode}`,
          )
          .join(', '),
        `${service.runningTasks ?? '?'} of ${service.desiredTasks ?? '?'}, ${service.tasks.length} known`,
      ]),
    ),
    ...section(
      'Virtual services and their real servers',
      ['Node', 'Sandbox', 'Virtual service', 'Scheduler', 'Service', 'Real servers'],
      sortedObjects(graph.virtualServices).map(service => [
        name(service.node, graph.nodes),
        name(service.sandbox, graph.sandboxes),
        service.name,
        service.scheduler,
        name(service.service, graph.services),
        service.realServers
          .flatMap(id => graph.realServers[id] ?? [])
          .map(({ address, weight, task }) => `${address} ${name(task, graph.tasks)} weight ${weight}`)
          .join(', '),
      ]),
    ),
    ...section(
      'Published ports',
      ['Port', 'Mode', 'Leads to'],
      sortedObjects(graph.ports).map(port => [
        `${port.port}/${port.protocol}`,
        port.mode,
        name(port.service, graph.services) || name(port.container, graph.containers),
      ]),
    ),
    ...section(
      'Sandboxes',
      ['Node', 'Name', 'Kind', 'Namespace', 'Addresses'],
      sortedObjects(graph.sandboxes).map(sandbox => [
        name(sandbox.node, graph.nodes),
        sandbox.name,
        sandbox.kind,
        sandbox.namespace ?? '',
        sandbox.endpoints
          .flatMap(id => graph.endpoints[id] ?? [])
          .flatMap(({ addresses }) =>
            addresses.filter(({ role }) => role !== 'link-local').map(({ address }) => address),
          )
          .join(', '),
      ]),
    ),
    ...snapshots.flatMap(namespaces),
    '',
  ].join('\n')
}

function snapshotLine({ host, takenAt, tookMs, redacted, docker }: Snapshot): string {
  const engine = docker ? `, Docker ${docker.version.Version}` : ', no Docker'
  const note = redacted ? ' Names and addresses are pseudonyms.' : ''
  return escape(
    `- ${host.hostname}: kernel ${host.kernel}${engine}, read ${takenAt} in ${tookMs.toFixed(0)} ms.${note}`,
    true,
  )
}

function unread(snapshot: Snapshot): string[][] {
  const row = (where: string, { source, status, reason = '' }: SourceReport): string[] =>
    status === 'ok' ? [] : [snapshot.host.hostname, where, source, status, reason]
  return [
    ...snapshot.sources.map(report => row('', report)),
    ...snapshot.namespaces.flatMap(({ name, sources }) => sources.map(report => row(name, report))),
  ].filter(cells => cells.length > 0)
}

function warnings(graph: Graph): string[][] {
  const { edges: _, ...objects } = graph
  return Object.values(objects).flatMap((list: Readonly<Record<string, GraphObject>>) =>
    Object.values(list).flatMap(({ type, name, warnings: told }) =>
      told.map(({ code, message }) => [`${type} ${name}`, code, message]),
    ),
  )
}

function namespaces({ host, namespaces: list }: Snapshot): string[] {
  return section(
    `Namespaces of ${host.hostname}`,
    ['Name', 'Kind', 'Id', 'Links', 'Addresses', 'Routes', 'Rules', 'Virtual services'],
    list.map(namespace => [
      namespace.name,
      namespace.kind,
      namespace.id,
      String(namespace.links.length),
      String(namespace.addresses.length),
      String(namespace.routes.length),
      plural(
        namespace.netfilter.reduce((sum, { rules }) => sum + rules.length, 0),
        'rule',
      ),
      String(namespace.ipvs.services.length),
    ]),
  )
}

/** A heading and a table; a sentence in place of a table without rows. */
function section(
  title: string,
  columns: readonly string[],
  rows: readonly (readonly string[])[],
  empty = 'None known.',
): string[] {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`
  const table = [
    line(columns),
    line(columns.map(() => '---')),
    ...rows.map(row => line(row.map(cell => escape(cell)))),
  ]
  return ['', `## ${escape(title)}`, '', ...(rows.length === 0 ? [empty] : table)]
}

/** Every character that Markdown or HTML gives a meaning; names begin no list, link, tag or cell of their own. */
function escape(text: string, isItem = false): string {
  const escaped = sanitise(isItem ? text.slice(2) : text).replaceAll(
    /[\\`*_{}[\]<>()#!|~&]/g,
    String.raw`\$&`,
  )
  return isItem ? `- ${escaped}` : escaped
}
