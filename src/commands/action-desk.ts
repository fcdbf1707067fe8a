import { auditPath } from '../actions/audit.ts'
import {
  type AuditEntry,
  loggedUndo,
  lookedFor,
  readAudit,
  undoings,
  unfinished,
} from '../actions/audit-read.ts'
import { READ_ONLY, whyImpossible } from '../actions/availability.ts'
import { freePort, freeSubnet } from '../actions/defaults.ts'
import { planIntent } from '../actions/plan-intent.ts'
import type { ActionSession } from '../actions/session.ts'
import { type Site, siteOf } from '../actions/site.ts'
import { outcomeText } from '../actions/tell.ts'
import type { Snapshot } from '../snapshot/index.ts'
import type { ActionPort } from '../ui/contract.ts'
import type { AuditRow } from '../ui/model/desk.ts'

/** Nothing is sent on a file: what it shows is over. */
const A_FILE = 'this is a snapshot, and what it shows is over: run cnmtop on the node'
const NO_DOCKER = 'the Docker daemon is not asked (--no-docker), so it is told nothing either'

const sites = new WeakMap<Snapshot, Site>()

/** What actions have to know of a snapshot; made once of each. */
function siteFor(snapshot: Snapshot): Site {
  let site = sites.get(snapshot)
  if (!site) sites.set(snapshot, (site = siteOf(snapshot)))
  return site
}

const planner: Pick<ActionPort, 'plan' | 'suggest' | 'whyNot'> = {
  plan: (intent, snapshot) => planIntent(intent, siteFor(snapshot)),
  suggest: snapshot => {
    const site = siteFor(snapshot)
    return {
      overlaySubnet: freeSubnet(site, 'overlay'),
      localSubnet: freeSubnet(site, 'bridge'),
      port: freePort(site),
    }
  },
  whyNot: (kind, snapshot) => whyImpossible(siteFor(snapshot), kind),
}

export type DeskOptions = {
  readonly allowActions: boolean
  readonly dockerHost: string | undefined
  /** How long one call that reads may take, in milliseconds. */
  readonly callMs: number | undefined
  /** False: no daemon is asked. */
  readonly docker: boolean
}

/** A desk of this node's daemon, and how it is left: what goes on is noted as left. */
export type LiveDesk = { readonly port: ActionPort; readonly close: () => Promise<void> }

/** Leaving waits so long for the notes of what goes on. */
const CLOSE_MS = 1000

/** Plans and, when that is allowed, sends to this node's daemon. Nothing is opened before a plan is shown. */
export function liveDesk({ allowActions, dockerHost, callMs, docker }: DeskOptions): LiveDesk {
  const path = auditPath(process.env)
  let opening: Promise<ActionSession> | undefined
  // What sends is loaded when there is something to ask: most screens never do, and none before its first frame.
  const session = async (): Promise<ActionSession> =>
    (opening ??= import('../actions/session.ts').then(({ createActionSession }) =>
      createActionSession({ dockerHost, callMs, auditPath: path }),
    ))
  const leaving = new AbortController()
  const going = new Set<Promise<unknown>>()
  const whyNotSent = docker ? (allowActions ? undefined : READ_ONLY) : NO_DOCKER
  return {
    port: {
      ...planner,
      whyNotSent,
      prepare: async (intent, snapshot) =>
        docker ? (await session()).prepare(intent, siteFor(snapshot)) : planner.plan(intent, snapshot),
      async execute(plan, tell, undoes) {
        if (whyNotSent !== undefined) throw new Error(whyNotSent)
        const run = session().then(async sending =>
          sending.execute(plan, { tell, signal: leaving.signal, undoes }),
        )
        going.add(run)
        const outcome = await run
        going.delete(run)
        if (outcome.end !== 'unknown') return outcome
        return { ...outcome, reason: `${outcome.reason}. ${await (await session()).stateNow(plan.intent)}` }
      },
      async audit() {
        const reading = readAudit(path)
        const open = new Set(unfinished(reading).map(({ id }) => id))
        const undone = undoings(reading)
        const own = (entry: AuditEntry): boolean => entry.intended.pid === process.pid && going.size > 0
        const rows = reading.entries.map(async entry => {
          const isOpen = open.has(entry.id) && !own(entry)
          const now = isOpen && docker ? await (await session()).stateNow(lookedFor(entry)) : undefined
          return { ...rowOf(entry, isOpen, now), undoneAt: undone.get(entry.id)?.intended.at }
        })
        return (await Promise.all(rows)).reverse()
      },
    },
    async close() {
      leaving.abort()
      const noted = Promise.allSettled(going)
      await Promise.race([noted, new Promise(resolve => setTimeout(resolve, CLOSE_MS).unref())])
      await (await opening)?.close()
    },
  }
}

/** A desk that plans on files, and never sends. */
export const fileDesk: ActionPort = {
  ...planner,
  whyNotSent: A_FILE,
  prepare: async (intent, snapshot) => planner.plan(intent, snapshot),
  execute: async () => {
    throw new Error(A_FILE)
  },
  audit: async () => [],
}

/** An action of the log as the screen shows it. */
function rowOf(entry: AuditEntry, isUnfinished: boolean, now: string | undefined): AuditRow {
  const { id, intended, answers, outcome } = entry
  const { at, title, command, requests } = intended
  const answered = answers.map(({ method, path, status }) => `${method} ${path} was answered ${status}`)
  const begun = `Begun by process ${intended.pid}, which ${isUnfinished ? 'is gone' : 'is at it'}`
  const how = answered.length === 0 ? 'no answer was noted' : answered.join(', ')
  return {
    id,
    time: at,
    title,
    command,
    end: outcome?.end ?? (isUnfinished ? 'unfinished' : 'running'),
    told: outcome ? outcomeText(outcome) : `${begun}; ${how}.${now === undefined ? '' : ` ${now}`}`,
    requests,
    answers: answers.map(({ at: time, method, path, status, created }) => ({
      at: time,
      method,
      path,
      status,
      ...(created !== undefined && { created }),
    })),
    undo: loggedUndo(entry),
  }
}
