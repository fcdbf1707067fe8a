import { trimContainer } from '../../src/collectors/docker/trim/container.ts'
import { trimInfo, trimVersion } from '../../src/collectors/docker/trim/info.ts'
import { trimNetwork } from '../../src/collectors/docker/trim/network.ts'
import { trimNode, trimService, trimTask } from '../../src/collectors/docker/trim/swarm.ts'
import type { Docker } from '../../src/snapshot/index.ts'
import type { CaptureFiles } from './swarm-capture.ts'

type Trim<Row> = (answer: unknown, where: string, problems: string[]) => Row | undefined

/** What a snapshot keeps of the answers in a capture. A worker has no services, tasks and nodes. */
export function dockerOf(files: CaptureFiles): Docker {
  const problems: string[] = []
  const answer = (path: string): unknown => JSON.parse(files.get(`api/${path}.json`) ?? 'null')
  const trimmed = <Row>(answers: readonly unknown[], trim: Trim<Row>): Row[] =>
    answers.map(row => trim(row, 'capture', problems)).filter(row => row !== undefined)
  const below = <Row>(folder: string, trim: Trim<Row>): Row[] =>
    trimmed(
      [...files].flatMap(([path, text]): unknown[] =>
        path.startsWith(`api/${folder}/`) ? [JSON.parse(text)] : [],
      ),
      trim,
    )
  const list = <Row>(name: string, trim: Trim<Row>): Row[] | undefined => {
    const answers = answer(name)
    return Array.isArray(answers) ? trimmed(answers, trim) : undefined
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
  if (problems.length > 0) throw new Error(`a capture is not understood: ${problems.join('; ')}`)
  return docker
}
