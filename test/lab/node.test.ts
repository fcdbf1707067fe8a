/** Builds lab nodes for real and reads them back with tools that the lab's own code does not share: ip, bridge, iptables-save. */
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readdirSync, readFileSync, readlinkSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type BuiltNode, downNode, upNode } from '../../lab/node.ts'
import { needs } from '../support/needs.ts'

const tools = needs('root', 'program:ip', 'program:bridge', 'program:iptables-save', 'program:nft')

const name = `test-${process.pid}`
/** Of a hook, in milliseconds; vitest's own is too short for a busy machine. */
const timeLimit = 120_000

function run(command: string, ...args: string[]): string {
  const { status, stdout, stderr } = spawnSync(command, args, { encoding: 'utf8', maxBuffer: 64 << 20 })
  if (status !== 0) throw new Error(`${command} ${args.join(' ')}: ${stderr}`)
  return stdout
}

const inside = (path: string, ...argv: string[]) => run('nsenter', `--net=${path}`, ...argv)

type AddressRow = {
  ifname: string
  addr_info: { family: string; local: string; prefixlen: number; scope: string }[]
}

type Address = { ifname: string; address: string; prefixlen: number }

/** In the order of interfaces by name; those of one interface stay in theirs, which is the kernel's. */
function byInterface(addresses: readonly Address[]): Address[] {
  return addresses.toSorted((a, b) => (a.ifname < b.ifname ? -1 : a.ifname > b.ifname ? 1 : 0))
}

/** The IPv4 addresses of a namespace without its loopback, as `ip -j addr` has them. */
function addressesOf(path: string) {
  const rows = JSON.parse(inside(path, 'ip', '-j', 'addr')) as AddressRow[]
  return rows
    .filter(({ ifname }) => ifname !== 'lo')
    .flatMap(({ ifname, addr_info }) =>
      addr_info
        .filter(({ family }) => family === 'inet')
        .map(({ local, prefixlen }) => ({ ifname, address: local, prefixlen })),
    )
}

function pathOf(built: BuiltNode, netns: string): string {
  return join(built.directory, netns)
}

/** What an HTTP request from inside a namespace gets: the text of the answer, or the code of the error. */
function request(path: string, url: string): string {
  const script = `fetch(${JSON.stringify(url)}, { signal: AbortSignal.timeout(10_000) })
    .then(answer => answer.text())
    .then(console.log, error => console.log(error.cause?.code ?? error.name))`
  return inside(path, process.execPath, '-e', script).trim()
}

/** Packets that a rule has counted. */
function packets(path: string, table: string, rule: string): number {
  const line = inside(path, 'iptables-save', '-c', '-t', table)
    .split('\n')
    .find(text => text.endsWith(` ${rule}`))
  if (line === undefined) throw new Error(`no rule ${rule}`)
  return Number(/^\[(\d+):/.exec(line)?.[1])
}

/** What must be as it was when a lab is gone. Other tests work beside us, so namespaces are compared by their own ids. */
function outside() {
  const rules = ['-4', '-6'].map(family => run('ip', family, 'rule'))
  const routes = ['-4', '-6'].map(family => run('ip', family, 'route', 'show', 'table', 'all'))
  return { links: run('ip', '-o', 'link').replace(/ state \w+/g, ''), rules, routes }
}

function hasLabMounts(): boolean {
  return readFileSync('/proc/self/mountinfo', 'utf8').includes(`cnmtop-lab:${name}`)
}

/** Namespaces (by inode) that some process is in or some mount holds. */
function livingNamespaces(): Set<string> {
  const living = new Set<string>()
  for (const entry of readdirSync('/proc').filter(file => /^\d+$/.test(file))) {
    try {
      living.add(readlinkSync(`/proc/${entry}/ns/net`))
    } catch {
      // Gone since the listing.
    }
  }
  for (const [id] of readFileSync('/proc/self/mountinfo', 'utf8').matchAll(/net:\[\d+\]/g)) living.add(id)
  return living
}

function namespaceIds(built: BuiltNode): string[] {
  return [...built.namespaces.map(({ path }) => path), built.wire].map(path => `net:[${statSync(path).ino}]`)
}

function isRunning(pid: number): boolean {
  try {
    return !/^State:\s+[ZX]/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'))
  } catch {
    return false
  }
}

describe('the default node', tools, () => {
  let built: BuiltNode
  let before: ReturnType<typeof outside>
  beforeAll(async () => {
    before = outside()
    built = await upNode({ name })
  }, timeLimit)
  afterAll(async () => {
    await downNode({ name })
  })

  it("has Docker's file names, each a namespace file, and no others", () => {
    const names = ['1-i6xug49nwd', '1-vxe1cwk14a', '18531514ffd0', '42c9d6e05b1f', 'b4efcf686a74', 'default']
    expect(readdirSync(built.directory).sort()).toEqual([...names, 'ingress_sbox'])
    expect(built.namespaces.map(namespace => namespace.name).sort()).toEqual([...names, 'ingress_sbox'])
    for (const { path } of built.namespaces) expect(run('stat', '-f', '-c', '%T', path).trim()).toBe('nsfs')
  })

  it('has the addresses that were planned, and only those', () => {
    for (const { path, addresses } of built.namespaces) {
      expect(byInterface(addressesOf(path))).toEqual(byInterface(addresses))
    }
  })

  it("prints the seed text's interfaces", () => {
    const show = (netns: string, ifname: string) =>
      inside(pathOf(built, netns), 'ip', 'addr', 'show', ifname)
        .split('\n')
        .map(line => line.trim())
    expect(show('18531514ffd0', 'eth0')).toEqual(
      expect.arrayContaining([
        expect.stringMatching(
          /^102: eth0@if103: <BROADCAST,MULTICAST,UP,LOWER_UP> mtu 1450 qdisc noqueue state UP/,
        ),
        'link/ether 02:42:c0:a8:0a:04 brd ff:ff:ff:ff:ff:ff link-netnsid 0',
        'inet 192.168.10.4/24 scope global eth0',
        'inet 192.168.10.2/32 scope global eth0',
      ]),
    )
    expect(show('42c9d6e05b1f', 'eth2')).toEqual(
      expect.arrayContaining([
        expect.stringMatching(
          /^114: eth2@if115: <BROADCAST,MULTICAST,UP,LOWER_UP> mtu 1450 qdisc noqueue state UP/,
        ),
        'link/ether 02:42:c0:a8:0a:09 brd ff:ff:ff:ff:ff:ff link-netnsid 2',
        'inet 192.168.10.9/24 scope global eth2',
        'inet 192.168.10.7/32 scope global eth2',
      ]),
    )
    expect(inside(pathOf(built, '18531514ffd0'), 'ip', 'route').trim().split(/ *\n/)).toEqual([
      'default via 172.18.0.1 dev eth1',
      '172.18.0.0/16 dev eth1 proto kernel scope link src 172.18.0.3',
      '192.168.10.0/24 dev eth0 proto kernel scope link src 192.168.10.4',
    ])
  })

  it("has Docker's overlay devices and the peers of the other node", () => {
    const path = pathOf(built, '1-i6xug49nwd')
    const links = JSON.parse(inside(path, 'ip', '-j', '-d', 'link')) as {
      ifname: string
      address: string
      master?: string
      mtu: number
      linkinfo?: { info_kind: string; info_data?: Record<string, unknown> }
    }[]
    const link = (ifname: string) => links.find(row => row.ifname === ifname)
    expect(links.map(({ ifname }) => ifname)).toEqual(['lo', 'br0', 'vxlan0', 'veth0', 'veth1'])
    expect(link('br0')).toMatchObject({ address: '3a:31:2c:7f:21:a8', mtu: 1450 })
    expect(link('veth0')).toMatchObject({ address: '4e:75:b1:f9:5b:55', master: 'br0', mtu: 1450 })
    expect(link('vxlan0')).toMatchObject({
      address: '3a:31:2c:7f:21:a8',
      master: 'br0',
      mtu: 1450,
      linkinfo: {
        info_kind: 'vxlan',
        info_data: { id: 4096, port: 4789, learning: true, proxy: true, l2miss: true, l3miss: true },
      },
    })
    expect(inside(path, 'bridge', 'fdb', 'show', 'dev', 'vxlan0').split('\n')).toEqual(
      expect.arrayContaining(
        ['02:42:0a:ff:00:03', '02:42:0a:ff:00:06'].map(
          mac => `${mac} dst 172.16.100.20 link-netnsid 0 self permanent`,
        ),
      ),
    )
    expect(inside(path, 'ip', 'neigh', 'show', 'nud', 'permanent').trim().split(/ *\n/).sort()).toEqual([
      '10.255.0.3 dev vxlan0 lladdr 02:42:0a:ff:00:03 PERMANENT',
      '10.255.0.6 dev vxlan0 lladdr 02:42:0a:ff:00:06 PERMANENT',
    ])
  })

  it("holds the seed text's rules", () => {
    const rules = (netns: string, table: string) =>
      inside(pathOf(built, netns), 'iptables', '-t', table, '-S').trim().split('\n')
    expect(rules('default', 'nat')).toEqual([
      '-P PREROUTING ACCEPT',
      '-P INPUT ACCEPT',
      '-P OUTPUT ACCEPT',
      '-P POSTROUTING ACCEPT',
      '-N DOCKER',
      '-N DOCKER-INGRESS',
      '-A PREROUTING -m addrtype --dst-type LOCAL -j DOCKER-INGRESS',
      '-A PREROUTING -m addrtype --dst-type LOCAL -j DOCKER',
      '-A OUTPUT -m addrtype --dst-type LOCAL -j DOCKER-INGRESS',
      '-A OUTPUT ! -d 127.0.0.0/8 -m addrtype --dst-type LOCAL -j DOCKER',
      '-A POSTROUTING -o docker_gwbridge -m addrtype --src-type LOCAL -j MASQUERADE',
      '-A POSTROUTING -s 172.17.0.0/16 ! -o docker0 -j MASQUERADE',
      '-A POSTROUTING -s 172.18.0.0/16 ! -o docker_gwbridge -j MASQUERADE',
      '-A DOCKER -i docker0 -j RETURN',
      '-A DOCKER -i docker_gwbridge -j RETURN',
      '-A DOCKER-INGRESS -p tcp -m tcp --dport 80 -j DNAT --to-destination 172.18.0.2:80',
      '-A DOCKER-INGRESS -j RETURN',
    ])
    expect(rules('ingress_sbox', 'mangle')).toEqual(
      expect.arrayContaining([
        '-A PREROUTING -p tcp -m tcp --dport 80 -j MARK --set-xmark 0x114/0xffffffff',
        '-A OUTPUT -d 10.255.0.5/32 -j MARK --set-xmark 0x114/0xffffffff',
      ]),
    )
    expect(rules('18531514ffd0', 'mangle')).toContain(
      '-A OUTPUT -d 192.168.10.2/32 -j MARK --set-xmark 0x112/0xffffffff',
    )
    expect(rules('42c9d6e05b1f', 'nat')).toContain(
      '-A PREROUTING -d 10.255.0.7/32 -p tcp -m tcp --dport 80 -j REDIRECT --to-ports 80',
    )
  })

  it('carries packets from sandbox to sandbox over the overlay', () => {
    expect(request(pathOf(built, '18531514ffd0'), 'http://192.168.10.6/')).toBe('nginx at 192.168.10.6')
    expect(request(pathOf(built, 'ingress_sbox'), 'http://10.255.0.7/')).toBe('nginx at 10.255.0.7')
  })

  it('carries packets through the tunnel to the other node', () => {
    expect(request(pathOf(built, '18531514ffd0'), 'http://192.168.10.3/')).toBe('nginx at 192.168.10.3')
    const fdb = inside(pathOf(built, '1-vxe1cwk14a'), 'bridge', 'fdb', 'show', 'dev', 'veth0')
    expect(fdb).toContain('02:42:c0:a8:0a:04 master br0')
  })

  it('masquerades what leaves the node', () => {
    expect(request(pathOf(built, '18531514ffd0'), 'http://172.16.100.1/')).toBe('nginx at 172.16.100.1')
    const rule = '-A POSTROUTING -s 172.18.0.0/16 ! -o docker_gwbridge -j MASQUERADE'
    expect(packets(pathOf(built, 'default'), 'nat', rule)).toBeGreaterThan(0)
  })

  it('leads a client of the published port into ingress_sbox', () => {
    const answer = request(built.wire, 'http://172.16.100.21/')
    // Without IPVS nobody takes the marked packet, and ingress_sbox refuses it.
    if (built.ipvs) expect(answer).toMatch(/^nginx at /)
    else expect(answer).toBe('ECONNREFUSED')
    const dnat = '-A DOCKER-INGRESS -p tcp -m tcp --dport 80 -j DNAT --to-destination 172.18.0.2:80'
    expect(packets(pathOf(built, 'default'), 'nat', dnat)).toBeGreaterThan(0)
    const mark = '-A PREROUTING -p tcp -m tcp --dport 80 -j MARK --set-xmark 0x114/0xffffffff'
    expect(packets(pathOf(built, 'ingress_sbox'), 'mangle', mark)).toBeGreaterThan(0)
  })

  it('gives each task a pid and the daemon its ports', () => {
    const sockets = (netns: string) => inside(pathOf(built, netns), 'ss', '-Hltnp')
    for (const netns of ['18531514ffd0', 'b4efcf686a74', '42c9d6e05b1f']) {
      expect(sockets(netns)).toMatch(/0\.0\.0\.0:80 .*users:\(\("nginx",pid=\d+/)
    }
    expect(sockets('default')).toMatch(/\*:80 .*users:\(\("dockerd",pid=\d+/)
    expect(built.pids.every(isRunning)).toBe(true)
  })

  it('is not built twice under one name', async () => {
    await expect(upNode({ name })).rejects.toThrow(`${name} is up already`)
    expect(built.pids.every(isRunning)).toBe(true)
  })

  it('is one at a time: a second down waits for nobody and says so', async () => {
    const results = await Promise.allSettled([downNode({ name }), downNode({ name })])
    expect(results[0]).toEqual({ status: 'fulfilled', value: true })
    expect(results[1]).toMatchObject({
      reason: { message: expect.stringContaining('another lab/node works on') },
    })
    built = await upNode({ name })
  })

  it('leaves nothing behind and touches nothing outside', async () => {
    const ids = namespaceIds(built)
    const living = livingNamespaces()
    expect(ids.filter(id => !living.has(id))).toEqual([])
    expect(outside()).toEqual(before)

    expect(await downNode({ name })).toBe(true)
    const left = livingNamespaces()
    expect(ids.filter(id => left.has(id))).toEqual([])
    expect(built.pids.filter(isRunning)).toEqual([])
    expect(hasLabMounts()).toBe(false)
    expect(statSync(built.directory, { throwIfNoEntry: false })).toBeUndefined()
    expect(outside()).toEqual(before)
    expect(await downNode({ name })).toBe(false)
  })
})

describe('a node with load-balancer sandboxes, legacy rules and a crowd', tools, () => {
  const crowdName = `${name}-crowd`
  let parent: string
  let built: BuiltNode
  beforeAll(async () => {
    parent = mkdtempSync(join(tmpdir(), 'cnmtop-lab-test-'))
    built = await upNode({
      name: crowdName,
      directory: join(parent, 'run/netns'),
      generation: 'lb',
      backend: 'legacy',
      sandboxes: 70,
    })
  }, timeLimit)
  afterAll(async () => {
    await downNode({ name: crowdName })
    rmSync(parent, { recursive: true, force: true })
  })

  it('has every sandbox with every address', () => {
    expect(built.namespaces.filter(({ kind }) => kind === 'container')).toHaveLength(73)
    expect(readdirSync(built.directory).sort()).toEqual(
      built.namespaces.map(({ path }) => basename(path)).sort(),
    )
    for (const { path, addresses } of built.namespaces) {
      expect(byInterface(addressesOf(path))).toEqual(byInterface(addresses))
    }
  })

  it('keeps the VIPs in the load-balancer sandboxes', () => {
    const balancers = built.namespaces.filter(({ kind }) => kind === 'load-balancer')
    expect(balancers.map(namespace => namespace.name)).toContain('lb_vxe1cwk14')
    for (const { path, addresses } of balancers) {
      expect(inside(path, 'ip', 'route', 'show', 'default')).toBe('')
      const vips = addresses.filter(({ prefixlen }) => prefixlen === 32)
      const marks = inside(path, 'iptables-legacy-save', '-t', 'mangle')
      expect(vips.length).toBeGreaterThan(0)
      for (const { address } of vips)
        expect(marks).toContain(`-A INPUT -d ${address}/32 -j MARK --set-xmark 0x`)
    }
  })

  it('writes its rules through the legacy tables, and none through nf_tables', () => {
    const host = pathOf(built, 'default')
    const tables = inside(host, 'cat', '/proc/net/ip_tables_names').trim().split('\n').sort()
    expect(tables).toEqual(['filter', 'nat'])
    expect(inside(host, 'iptables-legacy-save')).toContain('-A DOCKER-ISOLATION-STAGE-2 -o docker0 -j DROP')
    for (const { path } of built.namespaces) expect(inside(path, 'nft', 'list', 'tables')).toBe('')
  })

  it('removes the directories that it made, and no more', async () => {
    expect(await downNode({ name: crowdName })).toBe(true)
    expect(readdirSync(parent)).toEqual([])
  })
})

describe('an up that does not finish', tools, () => {
  const failing = `${name}-failing`
  let parent: string
  beforeAll(() => {
    parent = mkdtempSync(join(tmpdir(), 'cnmtop-lab-test-'))
  })
  afterAll(async () => {
    await downNode({ name: failing })
    rmSync(parent, { recursive: true, force: true })
  })
  const expectNothingLeft = () => {
    expect(readFileSync('/proc/self/mountinfo', 'utf8')).not.toContain(`cnmtop-lab:${failing}`)
    expect(statSync(`/run/cnmtop-lab/${failing}`, { throwIfNoEntry: false })).toBeUndefined()
  }

  /** Waits until a build has made some of its namespaces. */
  const someFiles = async (directory: string) => {
    const count = () =>
      statSync(directory, { throwIfNoEntry: false }) === undefined ? 0 : readdirSync(directory).length
    while (count() < 20) await new Promise(next => setTimeout(next, 5))
  }

  it('refuses a directory that holds something, and leaves it as it was', async () => {
    const directory = join(parent, 'used')
    run('install', '-D', '/dev/null', join(directory, 'ingress_sbox'))
    await expect(upNode({ name: failing, directory })).rejects.toThrow(`${directory} is not empty`)
    expect(readdirSync(directory)).toEqual(['ingress_sbox'])
    expectNothingLeft()
  })

  it('takes down what it had built when it is interrupted', async () => {
    const interrupt = new AbortController()
    const directory = join(parent, 'half')
    const up = upNode({ name: failing, directory, sandboxes: 300, signal: interrupt.signal })
    const ended = up.then(
      () => 'built',
      (error: Error) => error.message,
    )
    await someFiles(directory)
    interrupt.abort()
    expect(await ended).toBe('interrupted')
    expect(readdirSync(parent)).toEqual(['used'])
    expectNothingLeft()
  })

  it('leaves what a kill left to down', async () => {
    const directory = join(parent, 'killed')
    const command = join(import.meta.dirname, '../../lab/node')
    const up = spawn(command, ['up', '--name', failing, '--dir', directory, '--sandboxes', '300'])
    const ended = once(up, 'exit')
    await someFiles(directory)
    up.kill('SIGKILL')
    expect(await ended).toEqual([null, 'SIGKILL'])
    expect(await downNode({ name: failing })).toBe(true)
    expect(readdirSync(parent)).toEqual(['used'])
    expectNothingLeft()
  })
})
