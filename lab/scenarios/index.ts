import { bridge } from './bridge.ts'
import { dnsrr } from './dnsrr.ts'
import { draining } from './draining.ts'
import { encrypted } from './encrypted.ts'
import { hostMode } from './host-mode.ts'
import { ingress } from './ingress.ts'
import { macvlan } from './macvlan.ts'
import type { Scenario } from './scenario.ts'
import { twoWires } from './two-wires.ts'
import { vip } from './vip.ts'

/** Every scenario that Docker makes, in the order in which they are run. The one by hand is in seed.ts. */
export const scenarios: readonly Scenario[] = [
  vip,
  dnsrr,
  ingress,
  hostMode,
  bridge,
  macvlan,
  encrypted,
  draining,
  twoWires,
]

/** @throws Error that lists the names there are */
export function scenarioNamed(name: string): Scenario {
  const found = scenarios.find(scenario => scenario.name === name)
  if (!found) throw new Error(`no scenario ${name}; there are ${scenarios.map(each => each.name).join(', ')}`)
  return found
}

/** What makes up an ordinary swarm, all at once. */
export const ordinary: readonly Scenario[] = [vip, dnsrr, ingress]
