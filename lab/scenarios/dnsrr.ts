import type { Scenario } from './scenario.ts'
import { app, client, insider, onWorkers } from './shared.ts'

export const dnsrr: Scenario = {
  name: 'dnsrr',
  about: 'A service of two tasks without a virtual address: its name is the addresses of its tasks.',
  overlays: [app],
  services: [client, { name: 'direct', networks: ['app'], endpointMode: 'dnsrr', ...onWorkers }],
  probes: [
    {
      name: 'name of a dnsrr service',
      from: insider,
      lookup: 'direct',
      gives: ['{task.direct.node2.app}', '{task.direct.node3.app}'],
    },
    { name: 'task on node2', from: insider, get: 'http://{task.direct.node2.app}/', answers: 'direct@node2' },
    { name: 'task on node3', from: insider, get: 'http://{task.direct.node3.app}/', answers: 'direct@node3' },
  ],
}
