import type { RandomTarget } from './rule-set.ts'

/** Targets of the filter table; `reject` is what a sender may be told. */
export function filterTargets(reject: string): RandomTarget[] {
  return [
    { make: () => 'DROP' },
    { make: () => 'ACCEPT' },
    { make: () => 'ACCEPT' },
    { make: () => 'RETURN' },
    { make: () => 'LOG' },
    { make: r => `REJECT${r.pick(['', ` --reject-with ${reject}`])}` },
  ]
}

/** Targets of the nat table, of addresses and of addresses with ports. */
export function natTargets({
  destinations,
  withPorts,
  sources,
  anyPort,
  onePort,
}: {
  readonly destinations: readonly string[]
  readonly withPorts: readonly string[]
  readonly sources: readonly string[]
  readonly anyPort: string
  readonly onePort: string
}): RandomTarget[] {
  const incoming = ['PREROUTING', 'OUTPUT']
  const outgoing = ['POSTROUTING', 'INPUT']
  // Over lo a connection is confirmed before the witness drops it, and the next one finds its port taken.
  const away = { protocol: true, out: '! -o lo', chains: ['POSTROUTING'] }
  return [
    { make: r => `DNAT --to-destination ${r.pick(destinations)}`, chains: incoming },
    { protocol: true, make: r => `DNAT --to-destination ${r.pick(withPorts)}`, chains: incoming },
    {
      protocol: true,
      make: r => `REDIRECT --to-ports ${r.pick(['80', '8080', '1000-1002'])}`,
      chains: incoming,
    },
    { make: () => 'REDIRECT', chains: incoming },
    { make: r => `SNAT --to-source ${r.pick(sources)}`, chains: outgoing },
    { protocol: true, make: () => `SNAT --to-source ${anyPort}`, chains: outgoing },
    { ...away, make: () => `SNAT --to-source ${onePort}` },
    { make: () => 'MASQUERADE', chains: ['POSTROUTING'] },
    { ...away, make: () => 'MASQUERADE --to-ports 4444' },
    { make: () => 'ACCEPT' },
    { make: () => 'RETURN' },
  ]
}
