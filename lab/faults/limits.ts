/** Faults of tables that are full. Limits are the kernel's, so they count for all nodes of the guest at once. */
import { host } from '../scenarios/scenario.ts'
import { always, type Fault } from './fault.ts'
import { mesh } from './probes.ts'

const scenario = 'swarm'
const maximum = 'net.netfilter.nf_conntrack_max'

export const limitFaults: readonly Fault[] = [
  {
    name: 'conntrack-full',
    code: 'K-02',
    scenario,
    about: 'The table of connections is full: what is new is dropped, what is known goes on.',
    break: [{ at: 'client', run: `sysctl -n ${maximum} >/run/kept; sysctl -qw ${maximum}=1` }],
    undo: [{ at: 'client', run: `sysctl -qw ${maximum}="$(cat /run/kept)"` }],
    expects: [always(mesh('node1'))],
    hop: {
      at: host('node1'),
      kind: 'conntrack',
      what: `more connections than ${maximum}`,
    },
    look: `sysctl ${maximum}`,
  },
]
