/** Rows and words of the made-up swarm of synthetic-swarm.ts. */
import { emptyNamespace } from '../src/collectors/kernel/namespace.ts'
import type { DockerNetwork, Link, Namespace } from '../src/snapshot/index.ts'

export function link(ifindex: number, ifname: string, kind: string, hardware?: string): Link {
  const mtu = 1450
  const base = { ifindex, ifname, flags: ['UP', 'LOWER_UP'], mtu, linkinfo: { info_kind: kind } }
  return {
    ...base,
    link_type: 'ether',
    address: hardware ?? `fe:00:00:00:${hex(ifindex >> 8, 2)}:${hex(ifindex & 255, 2)}`,
  }
}

/** A veth pair: one end with an address in a sandbox, the other a port of a bridge there. */
export function pair(
  sandbox: Namespace,
  ifindex: number,
  ifname: string,
  there: Namespace,
  peerIndex: number,
  peerName: string,
  master: string,
  local: string,
): void {
  sandbox.links.push({
    ...link(ifindex, ifname, 'veth', mac(local)),
    peer: { namespace: there.id, ifindex: peerIndex, ifname: peerName },
  })
  sandbox.addresses.push({ ifindex, ifname, family: 'inet', local, prefixlen: 16, scope: 'global' })
  there.links.push({
    ...link(peerIndex, peerName, 'veth'),
    master,
    peer: { namespace: sandbox.id, ifindex, ifname },
  })
}

export function vxlan(id: number): Link {
  return {
    ...link(2, 'vxlan0', 'vxlan'),
    master: 'br0',
    linkinfo: { info_kind: 'vxlan', info_data: { id, port: 4789 } },
  }
}

export function syntheticNamespace(index: number, kind: Namespace['kind'], name: string): Namespace {
  const paths = kind === 'host' ? [] : [`/run/docker/netns/${name}`]
  return {
    ...emptyNamespace({ id: `net:[${4_026_531_840 + index}]`, kind, name, paths, pids: [], pidCount: 0 }),
    sources: ['rtnl.links', 'rtnl.neighbours', 'rtnl.fdb', 'ipvs'].map(source => ({
      source,
      status: 'ok',
      tookMs: 0,
    })),
  }
}

export function emptyNetwork(name: string, id: string, driver: string, scope: string): DockerNetwork {
  return {
    Name: name,
    Id: id,
    Scope: scope,
    Driver: driver,
    EnableIPv6: false,
    Internal: false,
    Attachable: false,
    Ingress: false,
    IPAM: { Driver: 'default', Options: {}, Config: [] },
    Options: {},
    Labels: {},
    Containers: {},
  }
}

export function address(overlay: number, index: number): string {
  return `10.${overlay + 1}.${index >> 8}.${index & 255}`
}

export function mac(text: string): string {
  return `02:42:${text
    .split('.')
    .map(byte => hex(Number(byte), 2))
    .join(':')}`
}

export function hex(value: number, length: number): string {
  return value.toString(16).padStart(length, '0')
}

/** 25 characters, of which the first nine tell them apart, as those of file names must. */
export function swarmId(kind: string, index: number): string {
  return `${index.toString(36).padStart(5, '0')}${kind}`.padEnd(25, '0')
}
