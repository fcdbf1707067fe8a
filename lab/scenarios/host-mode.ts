import type { Scenario } from './scenario.ts'
import { app } from './shared.ts'

export const hostMode: Scenario = {
  name: 'host-mode',
  about: 'A port that is published on the node of the task only, past the routing mesh.',
  overlays: [app],
  services: [
    {
      name: 'edge',
      networks: ['app'],
      constraints: ['node.hostname==node2'],
      ports: [{ published: 8090, mode: 'host' }],
    },
  ],
  probes: [{ name: 'port 8090 of node2', from: 'client', get: 'http://{node2}:8090/', answers: 'edge' }],
}
