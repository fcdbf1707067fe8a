import { host, type Probe, type Scenario } from './scenario.ts'
import { app, client, insider, onWorkers } from './shared.ts'

const through = (node: string): Probe => ({
  name: `port 80 of ${node}`,
  from: 'client',
  get: `http://{${node}}/`,
  answers: 'web',
})

export const ingress: Scenario = {
  name: 'ingress',
  about: 'Ports 80 and 8080 in the routing mesh, both to port 80 of two tasks that are on an overlay too.',
  overlays: [app],
  services: [
    client,
    { name: 'web', networks: ['app'], ports: [{ published: 80 }, { published: 8080 }], ...onWorkers },
  ],
  probes: [
    through('node1'),
    through('node2'),
    through('node3'),
    { name: 'port 8080 of node1', from: 'client', get: 'http://{node1}:8080/', answers: 'web' },
    { name: 'port 80 of the node itself', from: host('node1'), get: 'http://127.0.0.1/', answers: 'web' },
    { name: 'virtual address of web', from: insider, get: 'http://{vip.web.app}/', answers: 'web' },
  ],
}
