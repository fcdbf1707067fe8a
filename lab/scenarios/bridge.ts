import { containerOf, type Scenario } from './scenario.ts'

export const bridge: Scenario = {
  name: 'bridge',
  about: 'Two containers on a bridge of one node, one of them with a published port.',
  localNetworks: [{ name: 'yard', node: 'node1', driver: 'bridge', subnet: '172.30.0.0/24' }],
  containers: [
    { name: 'shed', node: 'node1', network: 'yard', published: 8100 },
    { name: 'barn', node: 'node1', network: 'yard' },
  ],
  probes: [
    { name: 'port 8100 of node1', from: 'client', get: 'http://{node1}:8100/', answers: 'shed' },
    {
      name: 'from container to container',
      from: containerOf('barn', 'node1'),
      get: 'http://{container.shed.yard}/',
      answers: 'shed',
    },
    {
      name: 'name of a container',
      from: containerOf('barn', 'node1'),
      lookup: 'shed',
      gives: ['{container.shed.yard}'],
    },
  ],
}
