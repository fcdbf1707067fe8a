import { captureFiles, type CaptureName } from './swarm-capture.ts'

const captureOf = {
  '20.10-manager': ['docker-20.10-legacy', 'node1'],
  '20.10-worker': ['docker-20.10-legacy', 'node2'],
  '20.10-no-ipvs-manager': ['docker-20.10-nft-hostkernel-no-ipvs', 'node1'],
  '26.1-manager': ['docker-26.1-nft', 'node1'],
  '26.1-worker': ['docker-26.1-nft', 'node2'],
} as const satisfies Record<string, readonly [CaptureName, string]>

/** A node whose dockerd's answers were recorded (fixtures/swarm). */
export type DockerFixture = keyof typeof captureOf

export const dockerFixtures = Object.keys(captureOf) as DockerFixture[]

const paths: Readonly<Record<string, string>> = {
  version: '/version',
  info: '/info',
  networks: '/networks',
  containers: '/containers/json?all=1',
  services: '/services?status=true',
  tasks: '/tasks',
  nodes: '/nodes',
}

/** What the daemon answered, by path and query, without the version in front. A new copy each time. */
export function dockerAnswers(name: DockerFixture): Record<string, unknown> {
  const [capture, node] = captureOf[name]
  const answers: Record<string, unknown> = {}
  for (const [file, text] of captureFiles(capture, node)) {
    const [, folder, object] = /^api\/(?:(network|container)\/)?([^/]+)\.json$/.exec(file) ?? []
    if (object === undefined) continue
    const answer = JSON.parse(text) as { readonly Id: string }
    const path = folder === undefined ? paths[object] : pathOf(folder, answer.Id)
    if (path !== undefined) answers[path] = answer
  }
  return answers
}

function pathOf(folder: string, id: string): string {
  return folder === 'network' ? `/networks/${id}?verbose=true` : `/containers/${id}/json`
}
