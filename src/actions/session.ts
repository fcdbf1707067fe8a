import { openAudit } from './audit.ts'
import { type Engine, openEngine, type EngineOptions } from './engine.ts'
import { type ExecuteOptions, executePlan } from './execute.ts'
import { findService } from './find.ts'
import type { Intent } from './intent.ts'
import { stateNow } from './now.ts'
import { type Prepared, prepareIntent } from './plan-intent.ts'
import type { Outcome, Plan } from './plan.ts'
import type { Site } from './site.ts'
import { parseRawService, type RawService } from './spec.ts'

/** Actions on one daemon, from their exact plan to their end. What is really sent stays inside. */
export type ActionSession = {
  /**
   * Reads what the exact request depends on, and plans with it. Sends nothing.
   *
   * @throws DockerHostError, AnswerError, or the error of the connection
   */
  readonly prepare: (intent: Intent, site: Site) => Promise<Plan>
  /** Notes, sends and follows a plan that `prepare` gave, once. Never throws for what the daemon does. */
  readonly execute: (plan: Plan, options: ExecuteOptions) => Promise<Outcome>
  /** What the daemon shows now of an action: one sentence. Never throws for what the daemon does. */
  readonly stateNow: (intent: Intent) => Promise<string>
  readonly close: () => Promise<void>
}

/** Nothing is opened before the first call. */
export function createActionSession(options: EngineOptions & { readonly auditPath: string }): ActionSession {
  const audit = openAudit(options.auditPath)
  const prepared = new WeakMap<Plan, Prepared>()
  let opening: Promise<Engine> | undefined

  async function engine(): Promise<Engine> {
    opening ??= openEngine(options)
    try {
      return await opening
    } catch (error) {
      // It may be back when it is asked for again.
      opening = undefined
      throw error
    }
  }

  return {
    async prepare(intent, site) {
      const ready = prepareIntent(intent, site, await readService(intent, site, await engine()))
      prepared.set(ready.plan, ready)
      return ready.plan
    },
    async execute(plan, how) {
      const ready = prepared.get(plan)
      if (!ready) {
        return {
          end: 'refused',
          status: 0,
          message: 'it was done already, or never prepared',
          field: undefined,
        }
      }
      // Pressing twice sends once.
      prepared.delete(plan)
      return executePlan(ready, await engine(), audit, how)
    },
    async stateNow(intent) {
      try {
        return await stateNow(intent, await engine())
      } catch (error) {
        return `The daemon cannot be asked what became of it: ${error instanceof Error ? error.message : ''}`
      }
    },
    async close() {
      const open = await opening?.catch(() => undefined)
      open?.close()
    },
  }
}

/** The service that an intent changes or removes; a new one is in none. */
async function readService(intent: Intent, site: Site, engine: Engine): Promise<RawService | undefined> {
  if (!('service' in intent)) return undefined
  const word = findService(site, intent.service)?.ID ?? intent.service
  return parseRawService(await engine.get(`/services/${encodeURIComponent(word)}`))
}
