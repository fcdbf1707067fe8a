import type { SmallCase } from '../small-worlds.test.ts'
import type { Asking, Listener } from './small-world.ts'

const toS: Asking = { protocol: 'tcp', destination: '10.0.1.3', port: 80 }
const toBridge: Asking = { protocol: 'tcp', destination: '10.0.1.1', port: 80 }
const inS: Listener = { at: 'S', protocol: 'tcp', address: '0.0.0.0', port: 80 }
const inA: Listener = { at: 'A', protocol: 'tcp', address: '0.0.0.0', port: 80 }

const setting = (value: 0 | 1) => `R: sysctl -qw net.bridge.bridge-nf-call-iptables=${value}`
const published = [
  setting(1),
  'R: iptables -t nat -A PREROUTING -d 10.0.1.1 -p tcp --dport 80 -j DNAT --to-destination 10.0.1.2:80',
  'R: iptables -t nat -A POSTROUTING -s 10.0.1.2 -d 10.0.1.2 -p tcp -j MASQUERADE',
]

/** Frames that stay on a bridge. */
export const bridgeCases: readonly SmallCase[] = [
  {
    name: 'a bridge',
    wire: 'bridged',
    setUp: [],
    listeners: [inS],
    ask: toS,
    comes: true,
    said: 'delivered',
  },
  {
    name: 'a published port of the one who asks, whose port of the bridge has no hairpin',
    wire: 'bridged',
    setUp: published,
    listeners: [inA],
    ask: toBridge,
    comes: false,
    said: 'dropped',
    tells: 'no hairpin',
  },
  {
    name: 'the same with hairpin',
    wire: 'bridged',
    setUp: [...published, 'R: bridge link set dev ra hairpin on'],
    listeners: [inA],
    ask: toBridge,
    comes: true,
    said: 'delivered',
  },
  {
    name: 'the same with hairpin, where the node does not forward',
    wire: 'bridged',
    setUp: [...published, 'R: bridge link set dev ra hairpin on', 'R: sysctl -qw net.ipv4.ip_forward=0'],
    listeners: [inA],
    ask: toBridge,
    comes: false,
    said: 'dropped',
  },
  {
    name: 'the same without br_netfilter',
    wire: 'bridged',
    setUp: [...published, setting(0)],
    listeners: [inA],
    ask: toBridge,
    comes: true,
    said: 'delivered',
  },
  {
    name: 'a published port of a neighbour',
    wire: 'bridged',
    setUp: [
      setting(1),
      'R: iptables -t nat -A PREROUTING -d 10.0.1.1 -p tcp --dport 80 -j DNAT --to-destination 10.0.1.3:80',
    ],
    listeners: [inS],
    ask: toBridge,
    comes: true,
    said: 'delivered',
  },
  {
    name: 'a bridge that calls iptables by itself',
    wire: 'bridged',
    setUp: [
      setting(0),
      'R: ip link set br0 type bridge nf_call_iptables 1',
      'R: iptables -A FORWARD -j DROP',
    ],
    listeners: [inS],
    ask: toS,
    comes: false,
    said: 'dropped',
  },
  {
    name: 'a bridge that does not call iptables',
    wire: 'bridged',
    setUp: [setting(0), 'R: iptables -A FORWARD -j DROP'],
    listeners: [inS],
    ask: toS,
    comes: true,
    said: 'delivered',
  },
  {
    name: 'a port that broadcasts do not go out of',
    wire: 'bridged',
    setUp: ['R: bridge link set dev rs bcast_flood off'],
    listeners: [inS],
    ask: toS,
    comes: false,
    said: 'no-neighbour',
  },
]
