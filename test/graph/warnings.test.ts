/** Real snapshots with one thing made wrong: the graph keeps both sides and says so, on the object and with the rows. */
import { describe, expect, it } from 'vitest'
import { buildGraph } from '../../src/graph/build.ts'
import { allObjects } from '../../src/graph/query.ts'
import type { Namespace, Snapshot } from '../../src/snapshot/index.ts'
import { captureSnapshot } from '../support/swarm-capture.ts'

type Change = (snapshot: Snapshot, namespace: (name: string) => Namespace) => void

/** The warnings of a manager after a change, as `code object: message`. */
function warningsAfter(change: Change): string[] {
  const snapshot = captureSnapshot('docker-26.1-nft', 'node1')
  change(snapshot, name => {
    const found = snapshot.namespaces.find(row => row.name === name)
    if (!found) throw new Error(`no namespace ${name}`)
    return found
  })
  const objects = allObjects(buildGraph([snapshot]))
  return objects.flatMap(({ name, warnings }) =>
    warnings.map(({ code, message, evidence }) => {
      expect(evidence.length, message).toBeGreaterThan(0)
      return `${code} ${name}: ${message}`
    }),
  )
}

function networkNamed(
  snapshot: Snapshot,
  name: string,
): NonNullable<NonNullable<Snapshot['docker']>['networks']>[number] {
  const network = snapshot.docker?.networks?.find(row => row.Name === name)
  if (!network) throw new Error(`no network ${name}`)
  return network
}

describe('what the kernel and the daemon disagree on', () => {
  it.each<[string, Change, readonly string[]]>([
    ['nothing', () => {}, []],
    [
      'a MAC',
      (_, namespace) => {
        const link = namespace('0378a5c93ee5').links.find(({ ifname }) => ifname === 'eth0')
        if (link) link.address = '02:42:0a:00:01:63'
      },
      [
        'differs web.3.dbb48ysbdcvdfjuv3h12p8a2l: eth0 has MAC 02:42:0a:00:01:63, the daemon says 02:42:0a:00:01:05',
      ],
    ],
    [
      'an endpoint without a link',
      (_, namespace) => {
        const sandbox = namespace('0378a5c93ee5')
        sandbox.links = sandbox.links.filter(({ ifname }) => ifname !== 'eth1')
      },
      [
        'missing-link web.3.dbb48ysbdcvdfjuv3h12p8a2l: no link of web.3.dbb48ysbdcvdfjuv3h12p8a2l is the endpoint on ingress',
      ],
    ],
    [
      'a real server that no task owns, in place of one',
      (_, namespace) => {
        const server = namespace('ingress_sbox').ipvs.services[0]?.realServers[0]
        if (server) server.address = '10.0.0.99'
      },
      [
        'missing-real-server FWM 259: web.1 (10.0.0.5) runs, and is no real server of FWM 259',
        'unknown-real-server 10.0.0.99:0: no task of web has 10.0.0.99',
      ],
    ],
    [
      'a virtual service that is gone',
      (_, namespace) => {
        namespace('lb_89o1tfqha').ipvs.services.shift()
      },
      [
        'missing-virtual-service lb_89o1tfqha: mark 257 is set, and no virtual service has it',
        'missing-virtual-service api: lb_89o1tfqha on node1 has no virtual service for 10.0.1.8 on appnet',
      ],
    ],
    [
      'a forwarding entry that is gone',
      (_, namespace) => {
        const overlay = namespace('1-89o1tfqhal')
        overlay.fdb = overlay.fdb.filter(({ mac, dst }) => mac !== '02:42:0a:00:01:04' || dst === undefined)
      },
      [
        'half-peer appnet: 10.0.1.4 has MAC 02:42:0a:00:01:04 on node1, and no forwarding entry says which node it is behind',
        'missing-peer appnet: node1 has no way to web.2 (10.0.1.4) on appnet',
      ],
    ],
    [
      'a rule of the mesh that is gone',
      (_, namespace) => {
        for (const table of namespace('host').netfilter)
          table.rules = table.rules.filter(({ text }) => !/DNAT .*:8080$/.test(text))
      },
      ['missing-rule 8080/tcp: node1 has no DNAT rule'],
    ],
    [
      'a VNI',
      snapshot => {
        networkNamed(snapshot, 'appnet').Options['com.docker.network.driver.overlay.vxlanid_list'] = '4200'
      },
      ['differs appnet: vxlan0 has VNI 4097, the daemon says 4200'],
    ],
    [
      'a sandbox that no container has',
      snapshot => {
        const { docker } = snapshot
        if (!docker) return
        docker.containers = docker.containers?.filter(({ Name }) => !Name.startsWith('dns.1')) ?? []
        for (const name of ['appnet', 'docker_gwbridge']) {
          const { Containers } = networkNamed(snapshot, name)
          for (const [id, { MacAddress }] of Object.entries(Containers))
            if (/^02:42:(?:0a:00:01:0d|ac:12:00:06)$/.test(MacAddress)) delete Containers[id]
        }
      },
      [
        'no-owner 0f59af09c8ab: no container, network or load balancer of the daemon has 0f59af09c8ab',
        'missing-endpoint 0f59af09c8ab eth0: the daemon has no endpoint for eth0 on appnet',
        'missing-endpoint 0f59af09c8ab eth1: the daemon has no endpoint for eth1 on docker_gwbridge',
      ],
    ],
  ])('%s', (_, change, expected) => {
    expect(warningsAfter(change).toSorted()).toEqual([...expected].toSorted())
  })

  it('calls a sandbox of a build what it is', () => {
    const snapshot = captureSnapshot('docker-26.1-nft', 'node1')
    const { docker } = snapshot
    if (docker?.containers)
      docker.containers = docker.containers.filter(({ Name }) => !Name.startsWith('dns.1'))
    const sandbox = buildGraph([snapshot]).sandboxes['sandbox:node1/0f59af09c8ab']
    expect(sandbox?.kind).toBe('build')
  })
})
