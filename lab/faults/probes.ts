/** Who asks whom in the ordinary swarm: the flows that faults break. */
import { containerOf, host, type Place, type Probe } from '../scenarios/scenario.ts'
import { insider } from '../scenarios/shared.ts'

const get = (name: string, from: Place, url: string, answers: string, curl?: readonly string[]): Probe => ({
  name,
  from,
  get: url,
  answers,
  ...(curl && { curl }),
})

/** A client outside asks port 80, which both tasks of web serve. */
export const mesh = (node: string): Probe => get(`port 80 of ${node}`, 'client', `http://{${node}}/`, 'web')

export const mesh8080 = get('port 8080 of node1', 'client', 'http://{node1}:8080/', 'web')

export const meshFromNode = get('port 80 of node1 on 127.0.0.1', host('node1'), 'http://127.0.0.1/', 'web')

/** A container asks a published port of the node that it is on: out to the node, and back into the same bridge. */
export const hairpin = get('port 80 of node1 from a container on it', insider, 'http://{node1}/', 'web')

/** A container on node1, where no task of api is. */
export const apiFromNode1 = get('api from node1', insider, 'http://{vip.api.app}/', 'api')

/** A container on node2, where one task of api is. */
export const apiFromNode2 = get(
  'api from node2',
  containerOf('direct', 'node2'),
  'http://{vip.api.app}/',
  'api',
)

/** Straight to a task, past the load balancer. */
export const direct = (node: string): Probe =>
  get(`task on ${node} from node1`, insider, `http://{task.direct.${node}.app}/`, `direct@${node}`)

export const outbound = get('port 80 of node3 from a container', insider, 'http://{node3}/', 'web')

/** 64 KiB instead of a few bytes. The answer is not kept: who gave it is told by its length. */
export const large = (url: string, name: string): Probe =>
  get(name, insider, url, '65536 bytes', ['-o', '/dev/null', '-w', '%{size_download} bytes'])

export const lookup: Probe = { name: 'name of api', from: insider, lookup: 'api', gives: ['{vip.api.app}'] }

/** A container on node1 asks over the encrypted overlay. */
export const vault = get(
  'vault from node1',
  containerOf('spy', 'node1'),
  'http://{vip.vault.secret}/',
  'vault',
)
