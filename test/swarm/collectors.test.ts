import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { clearSwarm } from '../../lab/scenarios/driver.ts'
import {
  createOverlay,
  createService,
  openSwarm,
  output,
  type SwarmNode,
  waitForServices,
} from '../../lab/swarm/index.ts'
import type { NodeReport } from './check-node.ts'

const checkNode = join(import.meta.dirname, 'check-node.ts')
const port = 8080
const replicas = 3

const swarm = openSwarm()
/** What was seen, for whoever reads the log. */
const story: string[] = []

beforeAll(async () => {
  await clearSwarm(swarm)
  await createOverlay(swarm, { name: 'app', subnet: '10.20.0.0/24' })
  const networks = ['app']
  await createService(swarm, { name: 'web', replicas, networks, ports: [{ published: port }] })
  await createService(swarm, { name: 'api', replicas: 2, networks })
  await createService(swarm, { name: 'direct', replicas: 2, networks, endpointMode: 'dnsrr' })
  await waitForServices(swarm)
})

afterAll(() => {
  process.stderr.write(`${story.join('\n')}\n`)
})

test.each(swarm.nodes.map(node => [node.name, node] as const))(
  'a port that the mesh publishes reaches every task through %s',
  async (name, node) => {
    const answers: string[] = []
    for (let call = 0; call < replicas * 2; call++) {
      answers.push((await output(['curl', '-sS', '-m', '10', `http://${node.address}:${port}/`])).trim())
    }
    story.push(`curl http://${node.address}:${port}/ (${name}): ${answers.join(' ')}`)
    expect(new Set(answers).size).toBe(replicas)
  },
)

test('a name of a service is its virtual address, and leads to its tasks', async () => {
  const [container] = await swarm.manager.docker.get<{ Id: string }[]>(
    '/containers/json?filters={"name":["web"]}',
  )
  const inside = async (...command: string[]): Promise<string> =>
    (await swarm.manager.exec(['docker', 'exec', container!.Id, ...command])).trim()
  const services = await swarm.manager.docker.get<Service[]>('/services')
  const address = services.find(({ Spec }) => Spec.Name === 'api')?.Endpoint.VirtualIPs[0]?.Addr.split('/')[0]
  const looked = await inside('nslookup', 'api', '127.0.0.11')
  const answers = new Set([await inside('get', 'api'), await inside('get', 'api')])
  story.push(`nslookup api: ${looked.replaceAll(/\s+/g, ' ')}`, `get api: ${[...answers].join(' ')}`)
  expect(looked).toContain(`Address: ${address}`)
  expect(answers.size).toBe(2)
})

type Service = {
  readonly Spec: { readonly Name: string }
  readonly Endpoint: { readonly VirtualIPs: readonly { readonly Addr: string }[] }
}

describe.each([swarm.manager, swarm.workers[0]!].map(node => [node.name, node] as const))(
  'a snapshot of %s',
  (name, node) => {
    let report: NodeReport

    beforeAll(async () => {
      report = await check(node)
      for (const namespace of report.namespaces) {
        const rows = Object.entries(namespace.rows).filter(([, count]) => count > 0)
        story.push(
          `${name} ${namespace.name} (${namespace.kind}): ${rows.map(([what, count]) => `${what} ${count}`).join(', ')}`,
        )
        for (const line of namespace.ipvs.theirs) {
          const same = namespace.ipvs.ours.includes(line)
          story.push(`  ipvsadm: ${line.padEnd(44)} ours: ${same ? line : '(none like it)'}`)
        }
      }
    })

    test('has the namespaces that Docker made', () => {
      const kinds = new Set(report.namespaces.map(({ kind }) => kind))
      for (const kind of ['host', 'ingress', 'overlay', 'load-balancer', 'container'])
        expect(kinds).toContain(kind)
    })

    test('says what iproute2, iptables-save and ipvsadm print in each', () => {
      const differences = report.namespaces.flatMap(({ name, differences }) =>
        differences.map(difference => `${name}: ${difference}`),
      )
      expect(differences).toEqual([])
    })

    test('was about something', () => {
      const count = (what: string): number =>
        report.namespaces.reduce((sum, { rows }) => sum + (rows[what] ?? 0), 0)
      for (const what of ['links', 'addresses', 'routes', 'rules', 'neighbours', 'fdb', 'ipvsadm -Sn']) {
        expect(count(what), what).toBeGreaterThan(0)
      }
      expect(count('iptables-legacy') + count('iptables-nft')).toBeGreaterThan(0)
      const balancing = report.namespaces.filter(({ ipvs }) => ipvs.theirs.length > 0)
      expect(balancing.map(({ kind }) => kind).sort()).toEqual(['ingress', 'load-balancer'])
    })

    test('could read every source', () => {
      expect(report.sources).toEqual([])
    })
  },
)

async function check(node: SwarmNode): Promise<NodeReport> {
  return JSON.parse(await node.exec(['node', checkNode])) as NodeReport
}
