import type { Docker, DockerEvent, DockerVersion, SourceReport } from '../../snapshot/index.ts'
import { type DockerPart, dockerParts, type Reading, reportOf } from './ask.ts'
import type { DockerReading } from './collect.ts'
import { KEPT_EVENTS } from './events.ts'
import type { Failure } from './failure.ts'
import { type Row, sameObject, sameRows } from './same.ts'

/** The parts whose value is a list of rows. */
type ListPart = 'networks' | 'containers' | 'services' | 'tasks' | 'nodes'

/** What a daemon told so far, and how asking it went. */
export type DockerState = {
  readonly docker: () => Docker | undefined
  /** The daemon gave a sign of life just now. */
  readonly heard: () => void
  /** It told its version: from now on there is something to tell. */
  readonly begin: (version: DockerVersion) => void
  readonly report: (part: DockerPart, report: SourceReport) => void
  /** Takes a reading: what could not be read stays as it was, and what is known not to be goes. */
  readonly takeInfo: (reading: Reading<NonNullable<Docker['info']>>) => void
  readonly takeRows: <Part extends ListPart>(
    part: Part,
    reading: Reading<Row[] & NonNullable<Docker[Part]>>,
  ) => void
  readonly addEvents: (events: readonly DockerEvent[]) => void
  /** What happened before the first event that was heard. */
  readonly addPastEvents: (events: readonly DockerEvent[]) => void
  /** The daemon does not answer: all sources say so. */
  readonly away: (failure: Failure, tookMs?: number) => void
  /** Emits when something changed since the last time. */
  readonly publish: () => void
}

/** @param emit gets lists and rows that did not change as the objects of before */
export function createDockerState(host: string, emit: (reading: DockerReading) => void): DockerState {
  const reports = new Map<DockerPart, SourceReport>()
  let docker: Docker | undefined
  let heardAt = Date.now()
  let isNews = false

  function report(part: DockerPart, next: SourceReport): void {
    const before = reports.get(part)
    reports.set(part, next)
    // How long it took is no news.
    if (before?.status !== next.status || before.reason !== next.reason) isNews = true
  }

  function change(fields: Partial<Docker>): void {
    if (!docker) return
    const before: Partial<Docker> = docker
    const keys = Object.keys(fields) as (keyof Docker)[]
    if (keys.every(key => before[key] === fields[key])) return
    docker = { ...docker, ...fields }
    for (const key of keys) if (fields[key] === undefined) delete docker[key]
    isNews = true
  }

  function heard(): void {
    heardAt = Date.now()
  }

  function publish(): void {
    if (!isNews) return
    isNews = false
    if (docker) docker = { ...docker, readAt: new Date(heardAt).toISOString() }
    emit({ docker, sources: dockerParts.flatMap(part => reports.get(part) ?? []) })
  }

  return {
    docker: () => docker,
    heard,
    begin(version) {
      heard()
      docker ??= { host, version }
      change({ version: sameObject(docker.version, version) })
      isNews = true
    },
    report,
    takeInfo({ value, report: told }) {
      report('info', told)
      if (value === undefined) return
      heard()
      change({ info: sameObject(docker?.info, value) })
    },
    takeRows(part, { value, report: told, isNone }) {
      report(part, told)
      if (value !== undefined) {
        heard()
        change({ [part]: sameRows<Row>(docker?.[part], value) })
      } else if (isNone) change({ [part]: undefined })
    },
    addEvents(events) {
      if (events.length > 0) change({ events: [...(docker?.events ?? []), ...events].slice(-KEPT_EVENTS) })
    },
    addPastEvents(events) {
      change({ events: [...events, ...(docker?.events ?? [])].slice(-KEPT_EVENTS) })
    },
    away({ status, reason }, tookMs = 0) {
      for (const part of dockerParts) report(part, reportOf(part, tookMs, { status, reason }))
      publish()
    },
    publish,
  }
}
