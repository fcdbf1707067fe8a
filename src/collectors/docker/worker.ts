/** The thread that talks to the Docker daemon. dockerode is loaded nowhere else. */
import { parentPort, workerData } from 'node:worker_threads'
import { errorMessage } from '../../util/errors.ts'
import type { DockerPart } from './ask.ts'
import { createDockerClient } from './client.ts'
import { CALL_MS, collectDocker, type DockerReading, nothing } from './collect.ts'
import { explainFailure } from './failure.ts'
import { DockerHostError, resolveDockerHost } from './host.ts'

export type WorkerData = {
  readonly mode: 'once'
  readonly dockerHost?: string | undefined
  readonly callMs?: number | undefined
  readonly parts?: readonly DockerPart[] | undefined
}

const port = parentPort
if (!port) throw new Error('the Docker collector runs as a worker thread')
port.postMessage(await once(workerData as WorkerData))

async function once({ dockerHost, callMs, parts }: WorkerData): Promise<DockerReading> {
  const wanted = parts && new Set(parts)
  try {
    const address = resolveDockerHost(dockerHost, process.env)
    forgetEnvironment()
    const client = await createDockerClient(address)
    return await collectDocker(client, { callMs, parts: wanted })
  } catch (error) {
    const failure =
      error instanceof DockerHostError
        ? ({ status: 'unavailable', reason: error.message } as const)
        : explainFailure(error, errorMessage(error), callMs ?? CALL_MS)
    return nothing({ ...failure, tookMs: 0 }, wanted)
  }
}

/** The library reads these too, by rules of its own; a thread has a copy of the environment. */
function forgetEnvironment(): void {
  for (const name of Object.keys(process.env)) if (name.startsWith('DOCKER_')) delete process.env[name]
}
