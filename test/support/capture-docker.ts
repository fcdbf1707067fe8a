import { trimContainer } from '../../src/collectors/docker/trim/container.ts'
import { trimInfo, trimVersion } from '../../src/collectors/docker/trim/info.ts'
import { trimNetwork } from '../../src/collectors/docker/trim/network.ts'
import { trimNode, trimService, trimTask } from '../../src/collectors/docker/trim/swarm.ts'
import type { Docker } from '../../src/snapshot/index.ts'
import type { CaptureFiles } from './swarm-capture.ts'

/** Trims one answer; undefined for what has no id. */
type Trim<Row> = (answer: unknown, where: string, problems: string[]) => Row | undefined

/**
 * The answers in a capture, trimmed as the collector trims them. A worker has no services, tasks and nodes.
 *
 * @throws Error when the collector would have found something wrong with an answer
 */
export function dockerOf(files: CaptureFiles): Docker {
  const problems: string[] = []
  const answer = (path: string): unknown => JSON.parse(files.get(`api/${path}.json`) ?? 'null')
  const below = <Row>(folder: string, trim: Trim<Row>): Row[] =>
    [...files].flatMap(([path, text]) =>
      path.startsWith(`api/${folder}/`) ? (trim(JSON.parse(text), path, problems) ?? []) : [],
    )
  const list = <Row>(name: string, trim: Trim<Row>): Row[] | undefined => {
    const rows = answer(name)
    return Array.isArray(rows) ? rows.flatMap((row: unknown) => trim(row, name, problems) ?? []) : undefined
  }
  const services = list('services', trimService)
  const tasks = list('tasks', trimTask)
  const nodes = list('nodes', trimNode)
  const docker: Docker = {
    host: 'unix:///var/run/docker.sock',
    version: trimVersion(answer('version'), problems),
    info: trimInfo(answer('info'), problems),
    networks: below('network', trimNetwork),
    containers: below('container', trimContainer),
    ...(services && { services }),
    ...(tasks && { tasks }),
    ...(nodes && { nodes }),
  }
  if (problems.length > 0) throw new Error(problems.join('; '))
  return docker
}
