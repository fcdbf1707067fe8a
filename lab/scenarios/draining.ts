import { balancerOf, host, ingressSandbox, type Place, type Scenario, type Step } from './scenario.ts'
import { app, client, insider } from './shared.ts'

const untilWeightZero = (at: Place): Step => ({
  at,
  run: 'timeout 60 bash -c \'until ipvsadm -Sn | grep -q -- "-w 0"; do sleep 0.2; done\'',
})

/**
 * Scaled down from two tasks to one, with minutes to stop in: the task that ends keeps its connections and gets no new ones.
 * The shell of web:1 does not end on SIGTERM as a container's first process, so it stays as long as it may.
 */
export const draining: Scenario = {
  name: 'draining',
  about: 'A service of two tasks, one of which is ending: its real servers have weight 0.',
  overlays: [app],
  services: [
    client,
    {
      name: 'queue',
      replicas: 2,
      networks: ['app'],
      constraints: ['node.hostname!=node1'],
      stopGraceSeconds: 600,
      ports: [{ published: 8070 }],
    },
  ],
  up: [
    { at: host('node1'), run: 'docker service scale --detach queue=1' },
    untilWeightZero(balancerOf('app', 'node1')),
    ...['node1', 'node2', 'node3'].map(node => untilWeightZero(ingressSandbox(node))),
  ],
  probes: [
    {
      name: 'virtual address while a task ends',
      from: insider,
      get: 'http://{vip.queue.app}/',
      answers: 'queue',
    },
    { name: 'port 8070 of node1', from: 'client', get: 'http://{node1}:8070/', answers: 'queue' },
  ],
}
