import { describe, expect, it } from 'vitest'
import { addCrowd, maxSandboxes } from '../../lab/crowd.ts'
import { requireTools } from '../../lab/run.ts'
import { hostRules, sandboxRules, virtualServices } from '../../lab/rules.ts'
import { seedNode } from '../../lab/seed.ts'
import { type LabNode, macOf, networkOf, type Sandbox } from '../../lab/topology.ts'

function sandboxOf(node: LabNode, netns: string): Sandbox {
  const sandbox = node.sandboxes.find(candidate => candidate.netns === netns)
  if (sandbox === undefined) throw new Error(`no sandbox ${netns}`)
  return sandbox
}

describe("the seed text's node", () => {
  const node = seedNode('old')
  const abilities = { ipvs: true }

  it('has the lines that the text prints', () => {
    expect(hostRules(node)).toContain(
      '-A DOCKER-INGRESS -p tcp -m tcp --dport 80 -j DNAT --to-destination 172.18.0.2:80\n-A DOCKER-INGRESS -j RETURN\n',
    )
    const mesh = sandboxRules(node, sandboxOf(node, 'ingress_sbox'), abilities)
    expect(mesh).toContain(
      [
        '-A PREROUTING -p tcp -m tcp --dport 80 -j MARK --set-xmark 0x114/0xffffffff',
        '-A OUTPUT -d 10.255.0.5/32 -j MARK --set-xmark 0x114/0xffffffff',
      ].join('\n'),
    )
    expect(sandboxRules(node, sandboxOf(node, '18531514ffd0'), abilities)).toContain(
      '-A OUTPUT -d 192.168.10.2/32 -j MARK --set-xmark 0x112/0xffffffff',
    )
  })

  it("has the text's virtual services", () => {
    expect(virtualServices(node, sandboxOf(node, 'ingress_sbox'))).toBe(
      '-A -f 276 -s rr\n-a -f 276 -r 10.255.0.6:0 -m -w 1\n-a -f 276 -r 10.255.0.7:0 -m -w 1\n',
    )
    expect(virtualServices(node, sandboxOf(node, '18531514ffd0'))).toContain(
      '-A -f 274 -s rr\n-a -f 274 -r 192.168.10.3:0 -m -w 1\n-a -f 274 -r 192.168.10.4:0 -m -w 1\n',
    )
  })

  it('leaves the rules that match on IPVS out where the kernel has none', () => {
    const sandbox = sandboxOf(node, '18531514ffd0')
    const rule = '-A POSTROUTING -d 192.168.10.0/24 -m ipvs --ipvs -j SNAT --to-source 192.168.10.4'
    expect(sandboxRules(node, sandbox, { ipvs: true })).toContain(rule)
    expect(sandboxRules(node, sandbox, { ipvs: false })).not.toContain('ipvs')
  })

  it('moves the load balancer out of the containers in the generation of load-balancer sandboxes', () => {
    const later = seedNode('lb')
    const container = sandboxOf(later, '18531514ffd0')
    expect(sandboxRules(later, container, abilities)).not.toContain('MARK')
    expect(virtualServices(later, container)).toBe('')
    expect(container.endpoints.flatMap(endpoint => endpoint.aliases)).toEqual([])
    const balancer = sandboxOf(later, 'lb_vxe1cwk14')
    expect(sandboxRules(later, balancer, abilities)).toContain(
      '-A INPUT -d 192.168.10.2/32 -j MARK --set-xmark 0x112/0xffffffff',
    )
    expect(balancer.endpoints[0]?.aliases).toEqual(['192.168.10.2', '192.168.10.7'])
    expect(hostRules(later)).toContain('-A DOCKER-ISOLATION-STAGE-2 -o docker_gwbridge -j DROP')
  })
})

describe.each(['old', 'lb'] as const)('a crowd on a node of the %s generation', generation => {
  const node = seedNode(generation)
  addCrowd(node, maxSandboxes)
  const endpoints = node.sandboxes.flatMap(sandbox => sandbox.endpoints)

  function expectUnique(values: readonly (string | number)[]): void {
    expect(new Set(values).size).toBe(values.length)
  }

  it('has as many sandboxes as asked for, each with a file name of its own', () => {
    const containers = node.sandboxes.filter(sandbox => sandbox.kind === 'container')
    expect(containers).toHaveLength(maxSandboxes + 3)
    const names = [...node.sandboxes, ...node.overlays].map(({ netns }) => netns)
    expectUnique(names)
    expect(names.filter(name => name.length !== 12)).toEqual([])
  })

  it('gives no address, index or host-side name twice', () => {
    for (const network of [...node.overlays, ...node.bridges]) {
      const members = endpoints.filter(endpoint => endpoint.network === network)
      const peers = network.driver === 'overlay' ? network.peers.map(({ address }) => address) : []
      expectUnique([network.subnet.address, ...members.map(({ address }) => address), ...peers])
      const outside = [...members.map(({ address }) => address), ...peers].filter(
        address => networkOf({ address, prefixlen: network.subnet.prefixlen }) !== networkOf(network.subnet),
      )
      expect(outside).toEqual([])
      expectUnique(members.map(({ peer }) => peer.ifname))
      // BR_MAX_PORTS of the kernel's bridge is 1,024, and port 0 is not used; an overlay's vxlan0 is a port too.
      expect(members.length).toBeLessThan(1_023)
    }
    expectUnique(endpoints.flatMap(({ ifindex }) => [ifindex, ifindex + 1]))
    expectUnique(node.bridges.map(({ device }) => device))
    expectUnique([...node.overlays, ...node.bridges].map(({ subnet }) => networkOf(subnet)))
    expectUnique(node.overlays.flatMap(({ services }) => services.map(({ mark }) => mark)))
  })

  it('names interfaces within the 15 characters of IFNAMSIZ', () => {
    const names = [...endpoints.map(({ peer }) => peer.ifname), ...node.bridges.map(({ device }) => device)]
    expect(names.filter(name => name.length > 15)).toEqual([])
  })

  it('derives the MAC of every endpoint from its address', () => {
    expect(macOf('192.168.10.4')).toBe('02:42:c0:a8:0a:04')
    expect(endpoints.filter(({ address, mac }) => mac !== macOf(address))).toEqual([])
  })
})

it('refuses a crowd that the address plan cannot hold', () => {
  expect(() => addCrowd(seedNode('old'), maxSandboxes + 1)).toThrow(RangeError)
  expect(() => addCrowd(seedNode('old'), -1)).toThrow(RangeError)
})

it("names missing tools with Debian's package", () => {
  const path = process.env['PATH']
  process.env['PATH'] = '/nonexistent'
  try {
    // Both are in /usr/bin, where the lab looks only because PATH says so.
    expect(() => requireTools(['nsenter', 'unshare'])).toThrow(
      'nsenter, unshare: not found; on Debian: apt-get install util-linux',
    )
  } finally {
    process.env['PATH'] = path
  }
})
