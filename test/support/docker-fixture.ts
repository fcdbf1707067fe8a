import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { gunzipSync } from 'node:zlib'

/** Recorded answers of a real dockerd (fixtures/docker/README.md). */
export const dockerFixtures = [
  '20.10-manager',
  '20.10-worker',
  '20.10-no-ipvs-manager',
  '26.1-manager',
  '26.1-worker',
] as const

export type DockerFixture = (typeof dockerFixtures)[number]

/** What the daemon answered, by path and query, without the version in front. A new copy each time. */
export function dockerAnswers(name: DockerFixture): Record<string, unknown> {
  const file = resolve(import.meta.dirname, `../../fixtures/docker/${name}.json.gz`)
  const { answers } = JSON.parse(gunzipSync(readFileSync(file)).toString('utf8')) as {
    answers: Record<string, unknown>
  }
  return answers
}
