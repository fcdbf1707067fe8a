import { containerOf, type Scenario } from './scenario.ts'
import { onWorkers } from './shared.ts'

export const encrypted: Scenario = {
  name: 'encrypted',
  about: 'An overlay whose packets between nodes are encrypted with ESP.',
  overlays: [{ name: 'secret', subnet: '10.30.0.0/24', encrypted: true }],
  services: [
    { name: 'spy', networks: ['secret'], constraints: ['node.hostname==node1'] },
    { name: 'vault', networks: ['secret'], ...onWorkers },
  ],
  probes: [
    {
      name: 'encrypted virtual address',
      from: containerOf('spy', 'node1'),
      get: 'http://{vip.vault.secret}/',
      answers: 'vault',
    },
  ],
}
