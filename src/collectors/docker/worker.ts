/** The thread that talks to the Docker daemon. dockerode is loaded nowhere else. */
import { setTimeout as sleep } from 'node:timers/promises'
import { type MessagePort, parentPort, workerData } from 'node:worker_threads'
import { errorMessage } from '../../util/errors.ts'
import { holdWarnings } from '../../util/warnings.ts'
import type { DockerPart } from './ask.ts'
import { createDockerClient, type DockerClient } from './client.ts'
import { CALL_MS, collectDocker, type DockerReading, nothing } from './collect.ts'
import { createSender } from './delta.ts'
import { explainFailure } from './failure.ts'
import { DockerHostError, resolveDockerHost } from './host.ts'
import { watchDocker } from './live.ts'

export type WorkerData = {
  /** Read it once and post the reading, or go on and post what changes. */
  readonly mode: 'once' | 'live'
  readonly dockerHost?: string | undefined
  readonly callMs?: number | undefined
  readonly parts?: readonly DockerPart[] | undefined
}

/** What is posted to a live thread. */
export type WorkerCommand = 'refresh'

/** Between two portions the thread that paints can do so. */
const PAUSE_MS = 8

holdWarnings()
if (!parentPort) throw new Error('the Docker collector runs as a worker thread')
const port: MessagePort = parentPort
const { mode, dockerHost, callMs, parts } = workerData as WorkerData
const wanted = parts && new Set(parts)
const client = await connect()
if (mode === 'once') {
  port.postMessage('sources' in client ? client : await collectDocker(client, { callMs, parts: wanted }))
} else live(client)

/** A client; or what to say instead when there is no address to talk to. */
async function connect(): Promise<DockerClient | DockerReading> {
  try {
    const address = resolveDockerHost(dockerHost, process.env)
    forgetEnvironment()
    return await createDockerClient(address)
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

function live(connected: DockerClient | DockerReading): void {
  const send = createSender()
  let next: DockerReading | undefined
  let isSending = false

  /** One reading after the other; of those that come meanwhile only the last one counts. */
  async function emit(reading: DockerReading): Promise<void> {
    next = reading
    if (isSending) return
    isSending = true
    while (next) {
      const current: DockerReading = next
      next = undefined
      for (const message of send(current)) {
        port.postMessage(message)
        if (message.kind === 'rows') await sleep(PAUSE_MS)
      }
    }
    isSending = false
  }

  if ('sources' in connected) {
    void emit(connected)
    return
  }
  const watch = watchDocker(connected, reading => void emit(reading), { callMs })
  port.on('message', (_command: WorkerCommand) => watch.refresh())
}
