import type { Namespace, Snapshot } from '../index.ts'
import type { Plan } from './classes.ts'
import { dockerPlan } from './docker-plan.ts'

const unknown = { hex: 'hex' } as const

const sourcePlan = { source: 'source', status: 'keep', reason: 'sentence' } as const

const counters = {
  bytes: 'keep',
  packets: 'keep',
  errors: 'keep',
  dropped: 'keep',
  compressed: 'keep',
} as const

const linkPlan: Plan<Namespace['links'][number]> = {
  link: 'name:if',
  ifname: 'name:if',
  flags: 'keep',
  qdisc: 'word',
  master: 'name:if',
  operstate: 'keep',
  linkmode: 'keep',
  group: 'word',
  link_type: 'keep',
  address: 'word',
  broadcast: 'word',
  permaddr: 'word',
  proto_down_reason: 'keep',
  linkinfo: {
    info_kind: 'keep',
    info_data: 'json',
    info_slave_kind: 'keep',
    info_slave_data: 'json',
  },
  inet6_addr_gen_mode: 'keep',
  phys_port_name: 'word',
  phys_port_id: 'hex',
  phys_switch_id: 'hex',
  parentbus: 'keep',
  parentdev: 'name:if',
  ifalias: 'name:label',
  stats64: {
    rx: { ...counters, over_errors: 'keep', multicast: 'keep' },
    tx: { ...counters, carrier_errors: 'keep', collisions: 'keep' },
  },
  altnames: 'name:if',
  peer: { namespace: 'keep', ifname: 'name:if' },
}

const addressPlan: Plan<Namespace['addresses'][number]> = {
  ifname: 'name:if',
  family: 'keep',
  local: 'address',
  address: 'address',
  broadcast: 'address',
  anycast: 'address',
  scope: 'keep',
  label: 'name:if',
  ifa_flags: 'keep',
  protocol: 'keep',
}

const nexthopPlan: Plan<NonNullable<Namespace['routes'][number]['nexthops']>[number]> = {
  encap: 'keep',
  to: 'word',
  gateway: 'address',
  via: { family: 'keep', host: 'address' },
  flow: { from: 'word', to: 'word' },
  dev: 'name:if',
  flags: 'keep',
  unknown,
}

const routePlan: Plan<Namespace['routes'][number]> = {
  ...nexthopPlan,
  family: 'keep',
  type: 'keep',
  dst: 'address',
  from: 'address',
  tos: 'word',
  table: 'word',
  protocol: 'word',
  scope: 'word',
  prefsrc: 'address',
  metrics: 'json',
  iif: 'name:if',
  pref: 'keep',
  nexthops: nexthopPlan,
}

const policyRulePlan: Plan<Namespace['rules'][number]> = {
  family: 'keep',
  src: 'address',
  dst: 'address',
  tos: 'word',
  fwmark: 'keep',
  fwmask: 'keep',
  iif: 'name:if',
  oif: 'name:if',
  ipproto: 'word',
  sport_mask: 'keep',
  dport_mask: 'keep',
  tun_id: 'keep',
  table: 'word',
  suppress_ifgroup: 'word',
  flow_from: 'word',
  flow_to: 'word',
  goto: 'keep',
  action: 'keep',
  protocol: 'word',
  unknown,
}

const neighbourPlan: Plan<Namespace['neighbours'][number]> = {
  family: 'keep',
  dst: 'address',
  dev: 'name:if',
  lladdr: 'word',
  state: 'keep',
  protocol: 'word',
}

const fdbPlan: Plan<Namespace['fdb'][number]> = {
  mac: 'word',
  ifname: 'name:if',
  dst: 'address',
  viaIf: 'name:if',
  flags: 'keep',
  master: 'name:if',
  state: 'keep',
}

const qdiscPlan: Plan<NonNullable<Namespace['qdiscs']>[number]> = {
  kind: 'word',
  handle: 'keep',
  dev: 'name:if',
  parent: 'keep',
  options: 'json',
}

const tcFilterPlan: Plan<NonNullable<Namespace['tcFilters']>[number]> = {
  dev: 'name:if',
  parent: 'keep',
  protocol: 'keep',
  kind: 'word',
}

const netfilterPlan: Plan<Namespace['netfilter'][number]> = {
  backend: 'keep',
  family: 'keep',
  table: 'keep',
  chains: { name: 'name:chain', policy: 'keep', packets: 'keep', bytes: 'keep' },
  rules: 'netfilter-rule',
}

const nftPlan: Plan<Namespace['nft'][number]> = {
  family: 'keep',
  table: 'name:table',
  flags: 'keep',
  chains: {
    name: 'name:chain',
    type: 'keep',
    hook: 'keep',
    policy: 'keep',
    device: 'name:if',
  },
  sets: { name: 'name:set', keyType: 'nft', dataType: 'nft', flags: 'keep', elements: 'nft' },
  // Bytes without a type: replaced, they would no longer be what rules look up.
  setData: 'drop',
  objects: { kind: 'keep', name: 'name:set' },
  rules: {
    chain: 'name:chain',
    text: 'nft',
    packets: 'keep',
    bytes: 'keep',
    comment: 'name:text',
    expressions: 'nft-expressions',
  },
}

const ipvsStatsPlan = {
  conns: 'keep',
  inPackets: 'keep',
  outPackets: 'keep',
  inBytes: 'keep',
  outBytes: 'keep',
  cps: 'keep',
  inPps: 'keep',
  outPps: 'keep',
  inBps: 'keep',
  outBps: 'keep',
} as const

const ipvsPlan: Plan<Namespace['ipvs']> = {
  services: {
    text: 'rule',
    family: 'keep',
    protocol: 'keep',
    address: 'address',
    scheduler: 'word',
    flags: 'word',
    netmask: 'keep',
    persistenceEngine: 'word',
    stats: ipvsStatsPlan,
    unknown,
    realServers: {
      text: 'rule',
      address: 'address',
      forwarding: 'keep',
      tunnel: { type: 'keep', flags: 'keep' },
      stats: ipvsStatsPlan,
      unknown,
    },
  },
}

const xfrmPlan: Plan<Namespace['xfrm']> = {
  states: {
    family: 'keep',
    src: 'address',
    dst: 'address',
    proto: 'keep',
    // Docker makes it from the two addresses.
    spi: 'hex',
    mode: 'keep',
    flags: 'keep',
    mark: 'keep',
    'output-mark': 'keep',
    if_id: 'keep',
    aead: 'keep',
    auth: 'keep',
    enc: 'keep',
    comp: 'keep',
    encap: 'nft',
    sel: 'nft',
    bytes: 'keep',
    packets: 'keep',
  },
  policies: {
    family: 'keep',
    src: 'address',
    dst: 'address',
    proto: 'keep',
    dev: 'name:if',
    dir: 'keep',
    action: 'keep',
    ptype: 'keep',
    mark: 'keep',
    if_id: 'keep',
    templates: { src: 'address', dst: 'address', proto: 'keep', spi: 'hex', mode: 'keep', level: 'keep' },
  },
}

const namespacePlan: Plan<Namespace> = {
  id: 'keep',
  kind: 'keep',
  name: 'name:container',
  paths: 'path',
  links: linkPlan,
  addresses: addressPlan,
  routes: routePlan,
  rules: policyRulePlan,
  neighbours: neighbourPlan,
  fdb: fdbPlan,
  vlans: { ifname: 'name:if', vlans: { flags: 'keep' } },
  nsids: { namespace: 'keep' },
  qdiscs: qdiscPlan,
  tcFilters: tcFilterPlan,
  netfilter: netfilterPlan,
  nft: nftPlan,
  ipvs: ipvsPlan,
  xfrm: xfrmPlan,
  sockets: {
    protocol: 'keep',
    family: 'keep',
    state: 'keep',
    address: 'address',
    ifname: 'name:if',
    inode: 'keep',
    processes: { name: 'name:process' },
  },
  sysctls: { keys: 'sysctl', each: 'word' },
  sources: sourcePlan,
}

/** What every text of a snapshot is. */
export const snapshotPlan: Plan<Snapshot> = {
  format: 'keep',
  takenAt: 'keep',
  host: { hostname: 'name:host', kernel: 'release', bootId: 'id' },
  namespaces: namespacePlan,
  docker: dockerPlan,
  sources: sourcePlan,
}
