/** Brings the guest's swarm up: `node lab/swarm/up.ts [WORKERS]`. What `lab/guest/run --workers` runs first. */
import { upSwarm } from './swarm.ts'

const { nodes } = await upSwarm(Number(process.argv[2] ?? 2))
const { Version } = await nodes[0]!.docker.get<{ Version: string }>('/version')
console.error(`swarm: Docker ${Version} on ${nodes.map(node => `${node.name} (${node.address})`).join(', ')}`)
