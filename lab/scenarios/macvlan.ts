import { containerOf, type Scenario } from './scenario.ts'

export const macvlan: Scenario = {
  name: 'macvlan',
  about: 'Two containers with addresses of the network between the nodes.',
  localNetworks: [
    { name: 'street', node: 'node2', driver: 'macvlan', subnet: '192.168.77.0/24', parent: 'eth0' },
  ],
  containers: [
    { name: 'shop', node: 'node2', network: 'street', address: '192.168.77.201' },
    { name: 'cafe', node: 'node2', network: 'street', address: '192.168.77.202' },
  ],
  probes: [
    { name: 'address on the wire', from: 'client', get: 'http://192.168.77.201/', answers: 'shop' },
    {
      name: 'from container to container',
      from: containerOf('cafe', 'node2'),
      get: 'http://192.168.77.201/',
      answers: 'shop',
    },
  ],
}
