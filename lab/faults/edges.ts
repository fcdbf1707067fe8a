/** Faults at the edge of a node: reverse paths, and ports of containers that are no tasks. */
import { bridge } from '../scenarios/bridge.ts'
import { host } from '../scenarios/scenario.ts'
import { twoWires } from '../scenarios/two-wires.ts'
import { always, type Fault, faultAt, keep, never, putBack } from './fault.ts'

const onHost = host('node1')
const [overSecond, overFirst] = twoWires.probes
const [published, between] = bridge.probes

export const edgeFaults: readonly Fault[] = [
  faultAt(onHost, {
    name: 'rp-filter-strict',
    code: 'H-09',
    scenario: 'two-wires',
    about: 'node1 drops what comes in by another interface than the answer would leave by.',
    break: 'sysctl -qw net.ipv4.conf.all.rp_filter=1',
    undo: 'sysctl -qw net.ipv4.conf.all.rp_filter=0',
    expects: [always(overSecond!), never(overFirst!)],
    hop: { kind: 'route', what: 'net.ipv4.conf.all.rp_filter is 1, and the way back is eth0' },
    look: 'sysctl net.ipv4.conf.all.rp_filter; ip route get 192.168.77.254',
  }),
  faultAt(onHost, {
    name: 'docker-chain-flushed',
    code: 'H-05',
    scenario: 'bridge',
    about:
      'A firewall has emptied the chain DOCKER and drops by default: the port is translated, and nothing accepts it.',
    break: `${keep('filter')}; iptables -P FORWARD DROP; iptables -F DOCKER`,
    undo: putBack('filter'),
    expects: [always(published!), never(between!)],
    hop: {
      kind: 'rule',
      chain: 'filter/FORWARD',
      what: 'policy DROP, for no rule of DOCKER accepts the port',
    },
    look: 'iptables -S FORWARD; iptables -S DOCKER',
  }),
]
