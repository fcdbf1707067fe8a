import { host, type Scenario } from './scenario.ts'
import { app, client, onWorkers } from './shared.ts'

export const twoWires: Scenario = {
  name: 'two-wires',
  about: 'A second network leads to node1: a client asks over it, and the answer takes the first one.',
  overlays: [app],
  services: [client, { name: 'web', networks: ['app'], ports: [{ published: 80 }], ...onWorkers }],
  up: [
    {
      at: 'client',
      run: 'ip link add wire2 type veth peer name eth2 netns "$(cat /swarm/node1/pid)"; ip addr add 192.168.78.254/24 dev wire2; ip link set wire2 up',
    },
    { at: host('node1'), run: 'ip addr add 192.168.78.1/24 dev eth2; ip link set eth2 up' },
  ],
  down: [{ at: 'client', run: 'ip link del wire2' }],
  probes: [
    {
      name: 'port 80 over the second wire',
      from: 'client',
      get: 'http://192.168.78.1/',
      answers: 'web',
      curl: ['--interface', '192.168.77.254'],
    },
    { name: 'port 80 over the first', from: 'client', get: 'http://{node1}/', answers: 'web' },
  ],
}
