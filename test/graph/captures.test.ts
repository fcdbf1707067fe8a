/** The graph of each capture against what the tools and the API printed, read here with nothing but regular expressions. */
import { describe, expect, it } from 'vitest'
import { buildGraph } from '../../src/graph/build.ts'
import type { Graph } from '../../src/graph/model.ts'
import { snapshotSchema } from '../../src/snapshot/schema/snapshot.ts'
import { type CaptureFiles, captureFiles, captures, captureSnapshot } from '../support/swarm-capture.ts'

type Row = Record<string, unknown>
type ApiNetwork = {
  Id: string
  Name: string
  Driver: string
  Containers: Record<string, { MacAddress: string; EndpointID: string }>
  Services?: Record<
    string,
    { VIP: string; LocalLBIndex: number; Tasks: { Name: string; EndpointIP: string }[] }
  >
}

const nodes = captures.flatMap(({ capture, nodes: names }) => names.map(node => ({ capture, node })))

describe.each(nodes)('capture $capture of $node', ({ capture, node }) => {
  const files = captureFiles(capture, node)
  const graph = buildGraph([captureSnapshot(capture, node)])
  const isManager = files.has('api/services.json')

  it('is a snapshot', () => {
    expect(snapshotSchema.safeParse(captureSnapshot(capture, node)).error).toBeUndefined()
  })

  it('has each container once, in the namespace of its SandboxKey', () => {
    const inspected = answers<{ Id: string; NetworkSettings: { SandboxKey: string } }>(files, 'container')
    const expected = inspected.map(({ Id, NetworkSettings }) => {
      const name = NetworkSettings.SandboxKey.split('/').at(-1) ?? ''
      return `${Id} ${inodeOf(files, name)}`
    })
    const seen = Object.values(graph.containers).map(
      ({ containerId, sandbox }) => `${containerId} ${graph.sandboxes[sandbox ?? '']?.namespace}`,
    )
    expect(seen.toSorted()).toEqual(expected.toSorted())
  })

  it('has each network once, with the bridge and tunnel that `ip link` shows', () => {
    const networks = answers<ApiNetwork>(files, 'network')
    expect(
      Object.values(graph.networks)
        .map(({ networkId }) => networkId ?? '')
        .toSorted(),
    ).toEqual(networks.map(({ Id }) => Id).toSorted())
    for (const { Id, Driver, Name } of networks) {
      const instance = graph.networks[`network:${Id}`]?.instances[0]
      if (Driver === 'overlay') {
        const links = files.get(`netns/1-${Id.slice(0, 10)}/link.json`) ?? ''
        const vni = Number(/"info_kind":"vxlan","info_data":\{"id":(\d+)/.exec(links)?.[1])
        expect(instance?.namespace).toBe(inodeOf(files, `1-${Id.slice(0, 10)}`))
        expect(instance?.tunnels.map(tunnel => [tunnel.ifname, tunnel.vni])).toEqual([['vxlan0', vni]])
        expect(instance?.bridges.map(({ ifname }) => ifname)).toEqual(['br0'])
        const balancer = Name === 'ingress' ? 'ingress_sbox' : `lb_${Id.slice(0, 9)}`
        expect(graph.sandboxes[instance?.loadBalancer ?? '']?.namespace).toBe(inodeOf(files, balancer))
      }
      if (Driver === 'bridge') {
        const device = Name === 'bridge' ? 'docker0' : Name
        expect(instance?.bridges.map(({ ifname }) => ifname)).toEqual([device])
      }
    }
  })

  it('has each endpoint of the daemon once, on the link with its MAC, paired as `ip link` says', () => {
    const networks = answers<ApiNetwork>(files, 'network')
    const expected = networks.flatMap(({ Id, Containers }) =>
      Object.values(Containers).map(({ EndpointID, MacAddress }) => `${EndpointID} ${Id} ${MacAddress}`),
    )
    const endpoints = Object.values(graph.endpoints)
    const seen = endpoints.map(
      ({ endpointId, network, mac }) => `${endpointId} ${graph.networks[network]?.networkId} ${mac}`,
    )
    expect(seen.toSorted()).toEqual(expected.toSorted())
    for (const { link, peer } of endpoints) {
      expect(linkIndex(files, graph, link)).toBe(peer?.ifindex)
      expect(linkIndex(files, graph, peer)).toBe(link?.ifindex)
    }
  })

  it('gives each endpoint the addresses of `ip addr`', () => {
    for (const { addresses, link } of Object.values(graph.endpoints)) {
      const rows = JSON.parse(files.get(`netns/${nameOf(graph, link?.namespace)}/addr.json`) ?? '[]') as {
        ifname: string
        addr_info: { local: string; prefixlen: number }[]
      }[]
      const expected = rows.find(({ ifname }) => ifname === link?.ifname)?.addr_info ?? []
      expect(addresses.map(({ address, prefixlen }) => `${address}/${prefixlen}`).toSorted()).toEqual(
        expected.map(({ local, prefixlen }) => `${local}/${prefixlen}`).toSorted(),
      )
    }
  })

  it('has each task once, on its node, in its container, with its addresses', () => {
    const told = answers<ApiNetwork>(files, 'network').flatMap(({ Id, Services = {} }) =>
      Object.entries(Services).flatMap(([service, { Tasks }]) =>
        service === '' ? [] : Tasks.map(({ Name, EndpointIP }) => ({ Name, line: `${Id} ${EndpointIP}` })),
      ),
    )
    const byTask = Map.groupBy(told, ({ Name }) => Name.split('.').at(-1) ?? '')
    const seen = new Map(Object.values(graph.tasks).map(task => [task.taskId, task]))
    expect([...seen.keys()].toSorted()).toEqual([...byTask.keys()].toSorted())
    for (const [id, entries] of byTask) {
      const task = seen.get(id)
      expect(task?.name).toBe(entries[0]?.Name.split('.').slice(0, 2).join('.'))
      expect(
        task?.addresses.map(({ network, address }) => `${network.slice(8)} ${address}`).toSorted(),
      ).toEqual(entries.map(({ line }) => line).toSorted())
    }
    if (!isManager) return
    for (const row of JSON.parse(files.get('api/tasks.json') ?? '[]') as Row[]) {
      const task = seen.get(String(row['ID']))
      const { ContainerID } = (row['Status'] as { ContainerStatus: { ContainerID: string } }).ContainerStatus
      const isHere = files.has(`api/container/${ContainerID}.json`)
      expect(task?.service).toBe(`service:${String(row['ServiceID'])}`)
      expect(graph.nodes[task?.node ?? '']?.nodeId).toBe(row['NodeID'])
      expect(task?.container).toBe(isHere ? `container:${ContainerID}` : undefined)
      if (isHere) expect(task?.endpoints.length).toBe((task?.addresses.length ?? 0) + 1)
    }
  })

  it('has each VIP once, on the load balancer that has it as an alias', () => {
    for (const { Id, Name, Services = {} } of answers<ApiNetwork>(files, 'network')) {
      const balancer = Name === 'ingress' ? 'ingress_sbox' : `lb_${Id.slice(0, 9)}`
      const text = files.get(`netns/${balancer}/addr.json`) ?? ''
      const aliases = [...text.matchAll(/"local":"([\d.]+)","prefixlen":32/g)].map(
        ([, address = '']) => address,
      )
      const vips = Object.entries(Services).flatMap(([name, { VIP }]) =>
        VIP === '<nil>' || name === '' ? [] : [`${name} ${VIP}`],
      )
      const services = Object.values(graph.services).flatMap(({ name, networks }) =>
        networks.flatMap(({ network, vip }) =>
          network === `network:${Id}` && vip !== undefined ? [`${name} ${vip}`] : [],
        ),
      )
      expect(services.toSorted()).toEqual(vips.toSorted())
      const endpoint = Object.values(graph.endpoints).find(
        ({ sandbox, network }) =>
          nameOf(graph, graph.sandboxes[sandbox]?.namespace) === balancer && network === `network:${Id}`,
      )
      const seen = endpoint?.addresses.filter(({ role }) => role === 'vip') ?? []
      expect(seen.map(({ address }) => address).toSorted()).toEqual(aliases.toSorted())
      for (const { address, service } of seen)
        expect(graph.services[service ?? '']?.name).toBe(
          vips.find(text => text.endsWith(` ${address}`))?.split(' ')[0],
        )
    }
  })

  it('has each real server of `ipvsadm -Ln` once, with the task that has its address', () => {
    const expected: string[] = []
    for (const [path, text] of files) {
      const [, namespace = ''] = /^netns\/([^/]+)\/ipvsadm\.txt$/.exec(path) ?? []
      let mark = ''
      for (const line of namespace === '' ? [] : text.split('\n')) {
        const service = /^FWM\s+(\d+)/.exec(line)?.[1]
        if (service !== undefined) mark = service
        const [, address = '', weight] = /-> ([\d.]+):0\s+Masq\s+(\d+)/.exec(line) ?? []
        if (address !== '')
          expected.push(`${namespace} ${mark} ${address} ${weight} ${taskNamed(files, namespace, address)}`)
      }
    }
    const seen = Object.values(graph.realServers).map(server => {
      const virtual = graph.virtualServices[server.virtualService]
      const sandbox = graph.sandboxes[virtual?.sandbox ?? '']
      return `${nameOf(graph, sandbox?.namespace)} ${virtual?.fwmark} ${server.address} ${server.weight} ${graph.tasks[server.task ?? '']?.taskId}`
    })
    expect(seen.toSorted()).toEqual(expected.toSorted())
    if (capture !== 'docker-20.10-nft-hostkernel-no-ipvs') expect(expected.length).toBeGreaterThan(5)
  })

  it('gives each virtual service the service whose LocalLBIndex its mark is', () => {
    for (const virtual of Object.values(graph.virtualServices)) {
      const network = answers<ApiNetwork>(files, 'network').find(
        ({ Id }) => `network:${Id}` === virtual.network,
      )
      const [name] =
        Object.entries(network?.Services ?? {}).find(([, row]) => row.LocalLBIndex === virtual.fwmark) ?? []
      expect(name).toBeDefined()
      expect(graph.services[virtual.service ?? '']?.name).toBe(name)
    }
  })

  it('has each published port once, with the rule of iptables-save that translates it', () => {
    const published = new Set(
      answers<{ Services?: Record<string, { Ports: string[] }> }>(files, 'network').flatMap(
        ({ Services = {} }) =>
          Object.entries(Services).flatMap(([name, { Ports }]) =>
            (Ports ?? []).map(
              port => `${name} ${/Publish: (\d+)/.exec(port)?.[1]} ${/Target: (\d+)/.exec(port)?.[1]}`,
            ),
          ),
      ),
    )
    const ports = Object.values(graph.ports)
    const seen = ports.map(
      ({ service, port, targetPort }) => `${graph.services[service ?? '']?.name} ${port} ${targetPort}`,
    )
    expect(seen.toSorted()).toEqual([...published].toSorted())
    const rules = files.get('netns/host/iptables-nft-save.txt') ?? ''
    const text = rules.includes('COMMIT') ? rules : (files.get('netns/host/iptables-legacy-save.txt') ?? '')
    for (const { port, bindings } of ports) {
      const to = new RegExp(`-A DOCKER-INGRESS .*--dport ${port} -j DNAT --to-destination (\\S+)`).exec(
        text,
      )?.[1]
      expect(bindings.map(binding => `${binding.to?.address}:${binding.to?.port}`)).toEqual(
        to === undefined ? [] : [to],
      )
    }
  })

  it('has each forwarding entry of `bridge fdb` that leads to another node once, with the neighbour of its MAC', () => {
    const expected = [...files].flatMap(([path, text]) => {
      const [, namespace] = /^netns\/(1-[^/]+)\/fdb\.json$/.exec(path) ?? []
      if (namespace === undefined) return []
      const neighbours = files.get(`netns/${namespace}/neigh.json`) ?? ''
      return [...text.matchAll(/"mac":"([^"]+)","ifname":"vxlan0","dst":"([^"]+)"/g)].map(([, mac, vtep]) => {
        const address = new RegExp(`"dst":"([^"]+)","dev":"vxlan0","lladdr":"${mac}"`).exec(neighbours)?.[1]
        return `${namespace} ${mac} ${address} ${vtep}`
      })
    })
    const seen = Object.values(graph.peers).flatMap(({ network, node: viewer, vtep, endpoints }) => {
      const instance = graph.networks[network]?.instances.find(entry => entry.node === viewer)
      return endpoints.map(
        ({ mac, address }) => `${nameOf(graph, instance?.namespace)} ${mac} ${address} ${vtep}`,
      )
    })
    expect(seen.toSorted()).toEqual(expected.toSorted())
  })
})

function answers<Answer>(files: CaptureFiles, folder: string): Answer[] {
  return [...files].flatMap(([path, text]) =>
    path.startsWith(`api/${folder}/`) ? [JSON.parse(text) as Answer] : [],
  )
}

function inodeOf(files: CaptureFiles, name: string): string {
  return `net:[${files.get(`netns/${name}/inode`)?.trim()}]`
}

/** The folder of a namespace in the capture. */
function nameOf(graph: Graph, namespace: string | undefined): string | undefined {
  const sandbox = Object.values(graph.sandboxes).find(row => row.namespace === namespace)
  return sandbox?.kind === 'host' ? 'host' : sandbox?.sandboxKey?.split('/').at(-1)
}

/** IFLA_LINK of a link, as `ip -j link` prints it. */
function linkIndex(
  files: CaptureFiles,
  graph: Graph,
  end: { namespace: string; ifindex: number } | undefined,
): unknown {
  const links = JSON.parse(files.get(`netns/${nameOf(graph, end?.namespace)}/link.json`) ?? '[]') as Row[]
  return links.find(link => link['ifindex'] === end?.ifindex)?.['link_index']
}

/** Id of the task that the network of a load balancer says has an address. */
function taskNamed(files: CaptureFiles, namespace: string, address: string): string | undefined {
  for (const { Id, Name, Services = {} } of answers<ApiNetwork>(files, 'network')) {
    const balancer = Name === 'ingress' ? 'ingress_sbox' : `lb_${Id.slice(0, 9)}`
    if (balancer !== namespace) continue
    for (const { Tasks } of Object.values(Services))
      for (const { Name: task, EndpointIP } of Tasks)
        if (EndpointIP === address) return task.split('.').at(-1)
  }
  return undefined
}
