/** Faults of encrypted overlays: ESP's states and policies, the mark that chooses them, and what lets ESP through. */
import { host } from '../scenarios/scenario.ts'
import { always, type Fault, faultAt, keep, putBack, sometimes } from './fault.ts'
import { vault } from './probes.ts'

const scenario = 'encrypted'

export const encryptionFaults: readonly Fault[] = [
  faultAt(host('node2'), {
    name: 'esp-blocked',
    code: 'O-12',
    scenario,
    about: 'node2 drops ESP, so encrypted overlays end there and others do not.',
    break: 'iptables -I INPUT -p esp -j DROP',
    undo: 'iptables -D INPUT -p esp -j DROP',
    expects: [sometimes(vault)],
    hop: { kind: 'rule', chain: 'filter/INPUT', what: 'DROP of ESP' },
    look: 'iptables -S INPUT',
  }),
  faultAt(host('node1'), {
    name: 'encryption-mark-removed',
    code: 'X-03',
    scenario,
    about: 'node1 does not mark what is to be encrypted and sends it in clear, which the others refuse.',
    break: `${keep('mangle')}; iptables -t mangle -F OUTPUT`,
    undo: putBack('mangle'),
    expects: [always(vault)],
    hop: { kind: 'rule', chain: 'mangle/OUTPUT', what: 'no mark for the encrypted overlay' },
    look: 'iptables -t mangle -S OUTPUT',
  }),
  faultAt(host('node1'), {
    name: 'encryption-state-missing',
    code: 'O-13',
    scenario,
    about: 'node1 has no state to encrypt with for node3, so what its policy wants encrypted is dropped.',
    // Docker gives states no limits and no replay window, so this is all that one is made of.
    break: `ip xfrm state list src {node1} dst {node3} | awk '/proto esp/ { spi = $4; reqid = $6 } /aead/ { print spi, reqid, $2, $3, $4 }' >/run/kept; ip xfrm state deleteall src {node1} dst {node3}`,
    undo: 'ip xfrm state deleteall src {node1} dst {node3}; while read -r spi reqid cipher key bits; do ip xfrm state add src {node1} dst {node3} proto esp spi "$spi" reqid "$reqid" mode transport aead "$cipher" "$key" "$bits"; done </run/kept',
    expects: [sometimes(vault)],
    hop: { kind: 'xfrm', what: 'no state for node3' },
    look: 'ip xfrm state list src {node1} dst {node3} nokeys',
  }),
  faultAt(host('node1'), {
    name: 'encryption-policy-missing',
    code: 'X-03',
    scenario,
    about: 'node1 has no policy for node3 and sends it in clear, which node3 refuses.',
    break: `ip xfrm policy list dir out dst {node3}/32 | awk '/spi/ { print $4, $6 }' >/run/kept; ip xfrm policy delete src {node1}/32 dst {node3}/32 proto udp dport 4789 dir out mark 0xd0c4e3`,
    undo: 'while read -r spi reqid; do ip xfrm policy add src {node1}/32 dst {node3}/32 proto udp dport 4789 dir out mark 0xd0c4e3 tmpl src {node1} dst {node3} proto esp spi "$spi" reqid "$reqid" mode transport; done </run/kept',
    expects: [sometimes(vault)],
    hop: { kind: 'xfrm', what: 'no policy for node3' },
    look: 'ip xfrm policy list dir out',
  }),
]
