import type { Scenario } from './scenario.ts'
import { app, client, insider, onWorkers } from './shared.ts'

export const vip: Scenario = {
  name: 'vip',
  about: 'An overlay with a subnet, and a service of two tasks behind a virtual address.',
  overlays: [app],
  services: [client, { name: 'api', networks: ['app'], ...onWorkers }],
  probes: [
    { name: 'name of a virtual service', from: insider, lookup: 'api', gives: ['{vip.api.app}'] },
    {
      name: 'names of its tasks',
      from: insider,
      lookup: 'tasks.api',
      gives: ['{task.api.node2.app}', '{task.api.node3.app}'],
    },
    { name: 'virtual address', from: insider, get: 'http://{vip.api.app}/', answers: 'api' },
  ],
}
