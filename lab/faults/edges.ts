/** Faults at the edge of a node: reverse paths, and ports of containers that are no tasks. */
import { bridge } from '../scenarios/bridge.ts'
import { containerOf, host, type Probe } from '../scenarios/scenario.ts'
import { twoWires } from '../scenarios/two-wires.ts'
import { always, type Fault, faultAt, keep, never, putBack } from './fault.ts'

/** The container with the published port asks for it itself. */
const itself: Probe = {
  name: 'port 8100 of node1 from its own container',
  from: containerOf('shed', 'node1'),
  get: 'http://{node1}:8100/',
  answers: 'shed',
}

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
  faultAt(onHost, {
    name: 'published-port-stale',
    code: 'P-03',
    scenario: 'bridge',
    about: 'The rule of a published port leads to an address that its container does not have.',
    break: `${keep('nat')}; iptables-save -t nat | sed 's/--to-destination {container.shed.yard}:80/--to-destination 172.30.0.99:80/' | iptables-restore -T nat`,
    undo: putBack('nat'),
    expects: [always(published!), never(between!)],
    hop: { kind: 'rule', chain: 'nat/DOCKER', what: 'DNAT to 172.30.0.99, which nobody has' },
    look: 'iptables -t nat -S DOCKER',
  }),
  faultAt(onHost, {
    name: 'route-covers-bridge',
    code: 'M-02',
    scenario: 'bridge',
    about: "A route to another network, as a VPN adds them, covers the container's address.",
    break: 'ip route add {container.shed.yard}/32 via {node3}',
    undo: 'ip route del {container.shed.yard}/32 via {node3}',
    expects: [always(published!), never(between!)],
    hop: { kind: 'route', what: "the container's address is routed to node3" },
    look: 'ip route get {container.shed.yard}',
  }),
  faultAt(onHost, {
    name: 'docker-proxy-gone',
    code: 'C-04',
    scenario: 'bridge',
    about:
      'docker-proxy of a published port has died: rules leave out what comes from the bridge itself, so containers on it are refused.',
    break: 'kill -KILL $(pgrep -f "^[^ ]*docker-proxy .*-host-port 8100")',
    undo: 'docker restart -t 1 shed',
    restarts: true,
    expects: [always(itself), never(published!)],
    hop: { kind: 'socket', what: 'nobody listens on port 8100' },
    look: "ss -ltnH 'sport = :8100'",
  }),
]
