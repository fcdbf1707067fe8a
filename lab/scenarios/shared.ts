/** What several scenarios have: an overlay, and somebody on node 1 to ask from. */
import { containerOf } from './scenario.ts'

export const app = { name: 'app', subnet: '10.20.0.0/24' }

export const client = { name: 'client', networks: ['app'], constraints: ['node.hostname==node1'] }

/** Tasks on nodes 2 and 3, one each, and none on the manager. */
export const onWorkers = { replicas: 2, constraints: ['node.hostname!=node1'] }

/** The task of `client`. */
export const insider = containerOf('client', 'node1')
