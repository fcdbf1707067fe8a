import { addEdge, type Draft } from './draft.ts'
import { instanceOf } from './networks.ts'

/**
 * The ingress sandbox balances the overlay that it has an endpoint on. Its file does not name the network; without a daemon
 * this is what tells the ingress network from others.
 */
export function resolveIngress(draft: Draft): void {
  for (const sandbox of draft.sandboxes.list) {
    if (sandbox.kind !== 'ingress') continue
    for (const id of sandbox.endpoints) {
      const endpoint = draft.endpoints.byId[id]
      const network = endpoint && draft.networks.byId[endpoint.network]
      if (!endpoint || !network || network.driver !== 'overlay') continue
      sandbox.network = network.id
      network.role = 'ingress'
      if (network.isIdCut) network.name = 'ingress'
      instanceOf(network, sandbox.node).loadBalancer = sandbox.id
      addEdge(draft, 'balances', sandbox.id, network.id, [...sandbox.evidence, ...endpoint.evidence])
    }
  }
}
