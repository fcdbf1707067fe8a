import { describe, expect, it } from 'vitest'
import type { Namespace, Snapshot } from '../../src/snapshot/index.ts'
import { redactSnapshot } from '../../src/snapshot/redact.ts'
import { snapshotSchema } from '../../src/snapshot/schema/snapshot.ts'
import { captureSnapshot } from '../support/swarm-capture.ts'

/** What must not be found in any form afterwards. */
const secrets = [
  'acme',
  'hunter2',
  'payroll',
  'jane',
  'doe',
  '203.0.113.77',
  'cb00714d',
  '2001:db8:77::42',
  'de:ad:be:ef:77:01',
  'vault',
  '18.0.0.1',
  '12000001',
  Buffer.from('jane').toString('hex'),
]

/** A captured node, with names of the list in every sort of field. */
function planted(): Snapshot {
  const snapshot = captureSnapshot('docker-26.1-nft', 'node1')
  const docker = snapshot.docker!
  const host = snapshot.namespaces.find(({ kind }) => kind === 'host')!
  snapshot.host.hostname = 'payroll-db01.acme.example'
  snapshot.host.kernel = '6.1.0-18-acme-amd64'
  snapshot.sources.push(
    {
      source: 'dir /home/jane.doe/netns',
      status: 'forbidden',
      tookMs: 1,
      reason: "EACCES: permission denied, open '/home/jane.doe/netns'",
    },
    {
      source: 'docker.networks',
      status: 'partial',
      tookMs: 1,
      reason: 'network acme_payroll not found on bastion.acme.example:2376 (203.0.113.77)',
    },
  )
  docker.host = 'ssh://jane.doe@bastion.acme.example:22'
  docker.info!.Name = 'payroll-db01.acme.example'
  docker.info!.Warnings = ['WARNING: vault.acme.example is not reachable from 2001:db8:77::42']
  docker.info!.Swarm.Error = 'rpc error: code = Unavailable desc = acme vault is sealed'
  docker.info!.OperatingSystem = 'Acme Linux 9 (Payroll)'
  const network = docker.networks!.find(({ Name }) => Name === 'appnet')!
  network.Name = 'acme_payroll'
  network.Labels = {
    'com.acme.owner': 'jane.doe',
    'com.docker.stack.namespace': 'acme',
    'com.docker.network.driver.mtu': '1400',
  }
  network.Options = { 'com.docker.network.driver.overlay.vxlanid_list': '4097', 'acme.secret': 'hunter2' }
  network.IPAM.Config[0]!.AuxiliaryAddresses = { 'acme-router': '203.0.113.77' }
  network.Services = {
    'acme_payroll-api': {
      VIP: '203.0.113.77',
      Ports: ['Target: 80, Publish: 8080'],
      LocalLBIndex: 300,
      Tasks: [],
    },
  }
  const container = docker.containers![0]!
  container.Name = 'acme_payroll-api.1.id84im97rcv4qkvdqf6ybfuxe'
  container.Image =
    'registry.acme.example:5000/payroll/api:hunter2@sha256:679613209919b88a79f439d0460d0bd594c69fbd1bbcdc664df83238fc962ac6'
  container.Labels = {
    maintainer: 'Jane Doe <jane.doe@acme.example>',
    'com.docker.compose.project.config_files': '/home/jane.doe/payroll/docker-compose.yml',
    'com.docker.swarm.service.name': 'acme_payroll-api',
  }
  container.HostConfig.NetworkMode = 'container:payroll-sidecar'
  container.State.Error = 'failed to mount /srv/vault: acme-csi said "hunter2 is wrong"'
  container.NetworkSettings.Networks = {
    acme_payroll: {
      ...Object.values(container.NetworkSettings.Networks)[0]!,
      Aliases: ['payroll'],
      DNSNames: ['tasks.payroll'],
      MacAddress: 'de:ad:be:ef:77:01',
    },
  }
  const service = docker.services![0]!
  service.Spec = {
    ...service.Spec,
    Name: 'acme_payroll-api',
    Image: container.Image,
    Constraints: ['node.labels.acme.zone==vault', 'node.hostname != payroll-db01.acme.example'],
    Labels: { 'com.acme.cost-centre': 'payroll' },
  }
  service.UpdateStatus = { State: 'paused', Message: 'update paused due to failure of task payroll on acme' }
  docker.tasks![0]!.Status.Err = 'No such image: registry.acme.example:5000/payroll/api:hunter2'
  docker.nodes![0]!.Hostname = 'payroll-db01.acme.example'
  docker.nodes![0]!.Labels = { 'acme.zone': 'vault' }
  docker.events = [
    {
      time: '2026-11-28T20:00:00.000Z',
      Type: 'container',
      Action: 'die',
      Actor: {
        ID: container.Id,
        Attributes: { name: 'acme_payroll-api', image: container.Image, exitCode: '137' },
      },
      scope: 'local',
    },
  ]
  plantInto(host)
  return snapshot
}

function plantInto(namespace: Namespace): void {
  const [link] = namespace.links
  Object.assign(link!, {
    ifname: 'acme0',
    altnames: ['enx-payroll'],
    ifalias: 'uplink to acme vault',
    address: 'de:ad:be:ef:77:01',
  })
  namespace.paths.push('/home/jane.doe/netns/payroll')
  namespace.name = 'payroll'
  namespace.addresses.push({
    ifindex: 1,
    ifname: 'acme0',
    family: 'inet6',
    local: '2001:db8:77::42',
    prefixlen: 64,
    scope: 'global',
    label: 'acme0:vault',
  })
  namespace.sockets.push({
    protocol: 'tcp',
    family: 'inet',
    state: 'LISTEN',
    address: '203.0.113.77',
    port: 443,
    uid: 0,
    inode: '1',
    processes: [{ pid: 1, name: 'payrolld' }],
  })
  namespace.sysctls['net.ipv4.conf.acme0.rp_filter'] = '1'
  namespace.netfilter.push({
    backend: 'nft',
    family: 'ip',
    table: 'filter',
    chains: [{ name: 'ACME-IN', policy: null, packets: '0', bytes: '0' }],
    rules: [
      {
        chain: 'ACME-IN',
        text: '-A ACME-IN -s 203.0.113.77/32 -i acme0 -m comment --comment "let jane in (hunter2)" -m set --match-set payroll-hosts src -m mac --mac-source de:ad:be:ef:77:01 -j LOG --log-prefix "acme: "',
        packets: '0',
        bytes: '0',
        ip: {
          source: { address: '203.0.113.77', mask: '255.255.255.255', invert: false },
          inInterface: { name: 'acme0', wildcard: false, invert: false },
        },
        matches: [
          { name: 'comment', comment: 'let jane in (hunter2)' },
          { name: 'set', set: 'payroll-hosts', directions: ['src'] },
          {
            name: 'unknown',
            extension: 'acmematch',
            revision: 0,
            hex: '00cb00714d00000000000000',
            words: ['--acmevault', '"hunter2"'],
          },
        ],
        target: { name: 'LOG', prefix: 'acme: ' },
      } as unknown as Namespace['netfilter'][number]['rules'][number],
    ],
  })
  namespace.nft.push({
    family: 'inet',
    table: 'acme',
    flags: [],
    chains: [
      { name: 'payroll_in', type: 'filter', hook: 'input', priority: 0, policy: 'accept', device: 'acme0' },
    ],
    sets: [
      {
        name: 'vault',
        map: false,
        keyType: 'ipv4_addr',
        flags: [],
        elements: ['203.0.113.77 : jump payroll_in', '"acme0"'],
      },
    ],
    objects: [{ kind: 'counter', name: 'payroll' }],
    rules: [
      {
        chain: 'payroll_in',
        handle: 4,
        text: 'iifname "acme0" ip saddr 203.0.113.77 ip daddr @vault counter packets 12 bytes 720 jump payroll_in comment "for jane"',
        comment: 'for jane',
        expressions: [
          { name: 'meta', key: 'iifname', dreg: 1 },
          { name: 'cmp', sreg: 1, op: 'eq', data: '61636d6530000000000000000000000000' },
          { name: 'payload', base: 'network', offset: 12, length: 4, dreg: 1 },
          { name: 'cmp', sreg: 1, op: 'eq', data: 'cb00714d' },
          { name: 'lookup', set: 'vault', sreg: 1 },
          { name: 'immediate', dreg: 2, data: 'cb00714d' },
          { name: 'nat', type: 'dnat', family: 2, addressMin: 2 },
        ],
      },
      {
        chain: 'payroll_in',
        handle: 5,
        text: 'xt match "comment" xt match "iprange" counter packets 1 bytes 60',
        expressions: [
          {
            name: 'match',
            extension: 'comment',
            revision: 0,
            info: Buffer.from('for jane').toString('hex').padEnd(512, '0'),
            xt: { name: 'comment', comment: 'for jane' },
          },
          {
            name: 'match',
            extension: 'iprange',
            revision: 1,
            info: '12000001120000010000000000000000',
            xt: { name: 'iprange', source: { first: '18.0.0.1', last: '18.0.0.1', invert: false } },
          },
        ],
      },
    ],
  })
}

describe('a planted list of names and secrets', () => {
  const before = planted()
  const after = redactSnapshot(before, Buffer.from('a key that only this test knows of'))
  const text = JSON.stringify(after).toLowerCase()

  it.each(secrets)('%s is nowhere in the result', secret => {
    expect(JSON.stringify(before).toLowerCase()).toContain(secret)
    expect(text).not.toContain(secret)
  })

  it('leaves what tells nothing, so that the file is of use', () => {
    expect(snapshotSchema.safeParse(after).error).toBeUndefined()
    const docker = after.docker!
    const network = docker.networks!.find(
      ({ Options }) => 'com.docker.network.driver.overlay.vxlanid_list' in Options,
    )!
    expect(network.Options['com.docker.network.driver.overlay.vxlanid_list']).toBe('4097')
    expect(network.Labels['com.docker.network.driver.mtu']).toBe('1400')
    expect(docker.host).toMatch(/^ssh:\/\/\w+-\w+@host-\w+:22$/)
    expect(after.sources.at(-2)!.reason).toMatch(/^EACCES: permission denied, open '\/home\/\S+\/netns'$/)
    expect(docker.services![0]!.Spec.Constraints[0]).toMatch(/^node\.labels\.label-\w+==\w+-\w+$/)
    expect(docker.tasks![0]!.Status.Err).toMatch(/^No such image: /)
    const host = after.namespaces.find(({ kind }) => kind === 'host')!
    const [rule] = host.nft.at(-1)!.rules
    expect(rule!.text).toMatch(
      /^iifname "if-\w+" ip saddr [\d.]+ ip daddr @set-\w+ counter packets 12 bytes 720 jump chain-\w+ comment "text-\w+"$/,
    )
  })

  it('joins in nf_tables expressions what the text joins', () => {
    const [rule] = after.namespaces.find(({ kind }) => kind === 'host')!.nft.at(-1)!.rules
    const [, address = ''] = /saddr ([\d.]+)/.exec(rule!.text)!
    const hex = address
      .split('.')
      .map(byte => Number(byte).toString(16).padStart(2, '0'))
      .join('')
    const [, name = ''] = /iifname "([^"]+)"/.exec(rule!.text)!
    expect(
      rule!.expressions.map(expression => expression['data']).filter(data => data !== undefined),
    ).toEqual([Buffer.from(name).toString('hex').padEnd(34, '0'), hex, hex])
  })
})
