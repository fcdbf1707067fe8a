import type { DockerEvent } from '../../snapshot/index.ts'
import { type Ask, createAsk, type DockerPart, reportOf } from './ask.ts'
import type { DockerClient } from './client.ts'
import { CALL_MS, type DockerReading } from './collect.ts'
import { cleanRows, type Dirty, nothingDirty, soilAll, soilBy } from './dirty.ts'
import { eventFilter, parseEvents, readPastEvents } from './events.ts'
import { AnswerError, explainFailure, type Failure } from './failure.ts'
import {
  readContainers,
  readInfo,
  readNetworks,
  readNodes,
  readServices,
  readTasks,
  readVersion,
} from './read.ts'
import { createDockerState } from './state.ts'
import { chooseApiVersion } from './version.ts'

/** Times are milliseconds. */
export type LiveOptions = {
  /** How long one call may take. */
  readonly callMs?: number | undefined
  /** Everything is read again this often, as gossip and tasks change without an event; less often when that takes long. */
  readonly fullMs?: number | undefined
  /** And this many times as long as that takes: a node with thousands of containers has more to do. */
  readonly fullPause?: number | undefined
  /** The daemon is asked for a sign of life this often. */
  readonly pingMs?: number | undefined
  /** Events come in bursts: how long after the first one its kind is read again. */
  readonly settleMs?: number | undefined
  /** How long after an event what follows from it without an event is read again. */
  readonly echoMs?: number | undefined
  /** A daemon that is away is looked for after this time, and then ever less often. */
  readonly firstRetryMs?: number | undefined
  readonly mostRetryMs?: number | undefined
}

const defaults = {
  callMs: CALL_MS,
  fullMs: 30_000,
  fullPause: 20,
  pingMs: 5000,
  settleMs: 100,
  echoMs: 2000,
  firstRetryMs: 1000,
  mostRetryMs: 15_000,
}

export type DockerWatch = {
  /** Everything is read again now, and a daemon that is away is looked for. */
  readonly refresh: () => void
  readonly stop: () => void
}

/**
 * Keeps what a daemon tells up to date. `emit` gets the whole of it after each change; lists and rows that did not change are the
 * objects of before. While the daemon is away what it told last is kept, its sources say why it is old and `readAt` since when.
 */
export function watchDocker(
  client: DockerClient,
  emit: (reading: DockerReading) => void,
  options: LiveOptions = {},
): DockerWatch {
  const { callMs, fullMs, fullPause, pingMs, settleMs, echoMs, firstRetryMs, mostRetryMs } = {
    ...defaults,
    ...definedOf(options),
  }
  const stopped = new AbortController()
  const state = createDockerState(client.host, emit)
  let dirty = nothingDirty()
  let settleAt = Infinity
  let echo: Dirty | undefined
  let echoAt = Infinity
  let fullAt = 0
  let wake: () => void = () => {}

  async function read(ask: Ask, { parts, networks, containers }: Dirty): Promise<void> {
    if (parts.has('info')) state.takeInfo(await readInfo(ask))
    const info = state.docker()?.info
    const has = async (part: DockerPart, reader: () => Promise<void>): Promise<void> => {
      if (!parts.has(part)) return
      await reader()
      state.publish()
    }
    await Promise.all([
      has('networks', async () =>
        state.takeRows('networks', await readNetworks(ask, cleanRows(state.docker()?.networks, networks))),
      ),
      has('containers', async () =>
        state.takeRows(
          'containers',
          await readContainers(ask, cleanRows(state.docker()?.containers, containers)),
        ),
      ),
      has('services', async () => state.takeRows('services', await readServices(ask, info))),
      has('tasks', async () => state.takeRows('tasks', await readTasks(ask, info))),
      has('nodes', async () => state.takeRows('nodes', await readNodes(ask, info))),
    ])
    state.publish()
  }

  async function readDirty(ask: Ask): Promise<void> {
    const taken = dirty
    dirty = nothingDirty()
    settleAt = Infinity
    await read(ask, taken)
  }

  async function readAll(ask: Ask): Promise<void> {
    const started = performance.now()
    soilAll(dirty)
    await readDirty(ask)
    const now = performance.now()
    fullAt = now + Math.max(fullMs, (now - started) * fullPause)
  }

  function hear(event: DockerEvent): void {
    state.heard()
    state.addEvents([event])
    const now = performance.now()
    if (soilBy(event, dirty)) {
      echo ??= nothingDirty()
      soilBy(event, echo)
      echoAt = now + echoMs
    }
    // Also when nothing is to be read: the event itself is news.
    if (settleAt === Infinity) settleAt = now + settleMs
    wake()
  }

  /**
   * Listens to events; resolves when the stream is there, or cannot be had.
   *
   * @param ended called when it ends, and when the daemon cannot be reached
   */
  async function listen(version: string | undefined, signal: AbortSignal, ended: () => void): Promise<void> {
    const opened = performance.now()
    const tell = (failure: Failure | undefined): void =>
      state.report('events', reportOf('events', performance.now() - opened, failure))
    const tooLong = new AbortController()
    const limit = setTimeout(() => tooLong.abort(new DOMException('no answer', 'TimeoutError')), callMs)
    const last = state.docker()?.events?.at(-1)
    const since = last && { since: ((Date.parse(last.time) + 1) / 1000).toFixed(3) }
    try {
      const bytes = await client.stream(
        `${version === undefined ? '' : `/v${version}`}/events`,
        { ...since, filters: eventFilter },
        AbortSignal.any([signal, tooLong.signal]),
      )
      tell(undefined)
      const hearAll = async (): Promise<void> => {
        const problems: string[] = []
        for await (const event of parseEvents(bytes, problems)) {
          hear(event)
          if (problems.length > 0) tell({ status: 'partial', reason: problems.splice(0)[0] ?? '' })
        }
      }
      // How it ends does not matter: a daemon that is gone is found out when it is asked again.
      void hearAll()
        .catch(() => {})
        .finally(ended)
    } catch (error) {
      tell(explainFailure(error, client.host, callMs))
      // Refused, by a proxy for one: everything is read again in turn all the same.
      if (!(error instanceof AnswerError)) ended()
    } finally {
      clearTimeout(limit)
    }
  }

  /** Asks for a sign of life: for the version, which proxies before a daemon let through more often than `/_ping`. */
  async function ping(ask: Ask): Promise<boolean> {
    const { value, report } = await readVersion(ask)
    if (value) state.heard()
    else if (report.status !== 'ok') {
      state.away({ status: report.status, reason: report.reason ?? '' }, report.tookMs)
    }
    return value !== undefined
  }

  /** From a connection to its loss. */
  async function stay(): Promise<void> {
    const lost = new AbortController()
    const signal = AbortSignal.any([stopped.signal, lost.signal])
    try {
      const version = await readVersion(createAsk(client, undefined, callMs, signal))
      if (!version.value) {
        const { status, reason = '', tookMs } = version.report
        if (status !== 'ok') state.away({ status, reason }, tookMs)
        return
      }
      state.begin(version.value)
      state.report('version', version.report)
      await keepFresh(chooseApiVersion(version.value), signal)
    } finally {
      lost.abort()
    }
  }

  async function keepFresh(api: string | undefined, signal: AbortSignal): Promise<void> {
    const ask = createAsk(client, api, callMs, signal)
    let isEnded = false
    // First listen, then read: what changes in between is read twice, not missed.
    await listen(api, signal, () => {
      isEnded = true
      wake()
    })
    if (state.docker()?.events === undefined) {
      const past = await readPastEvents(ask, Date.now())
      if (past.value) state.addPastEvents(past.value)
    }
    await readAll(ask)
    let pingAt = performance.now() + pingMs
    while (!signal.aborted && !isEnded) {
      const now = performance.now()
      if (echo && now >= echoAt) repeatEcho(echo)
      if (now >= fullAt) await readAll(ask)
      else if (now >= settleAt) await readDirty(ask)
      else if (now >= pingAt) {
        if (!(await ping(ask))) return
        pingAt = performance.now() + pingMs
      } else await sleepUntil(Math.min(fullAt, settleAt, pingAt, echoAt))
    }
  }

  function repeatEcho({ parts, networks, containers }: Dirty): void {
    for (const part of parts) dirty.parts.add(part)
    for (const id of networks) dirty.networks.add(id)
    for (const id of containers) dirty.containers.add(id)
    echo = undefined
    echoAt = Infinity
    settleAt = 0
  }

  async function sleepUntil(moment: number): Promise<void> {
    await new Promise<void>(resolve => {
      const timer = setTimeout(resolve, Math.max(0, moment - performance.now()))
      wake = () => {
        clearTimeout(timer)
        resolve()
      }
    })
    wake = () => {}
  }

  async function run(): Promise<void> {
    let delay = firstRetryMs
    while (!stopped.signal.aborted) {
      const came = performance.now()
      await stay()
      // One that comes and goes is not asked for everything each second.
      if (performance.now() - came > mostRetryMs) delay = firstRetryMs
      if (stopped.signal.aborted) return
      await sleepUntil(performance.now() + delay)
      delay = Math.min(delay * 2, mostRetryMs)
    }
  }

  void run()
  return {
    refresh() {
      fullAt = 0
      wake()
    },
    stop() {
      stopped.abort()
      wake()
      client.close()
    },
  }
}

function definedOf(options: LiveOptions): Partial<typeof defaults> {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined))
}
