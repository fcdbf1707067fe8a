/** Runs on a node of the swarm: its snapshot, with the processes that hold its sockets. */
import { collectSnapshot } from '../../src/collectors/kernel/collect.ts'

process.stdout.write(JSON.stringify(collectSnapshot({ owners: true })))
