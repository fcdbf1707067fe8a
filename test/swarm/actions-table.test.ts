/**
 * Every check beside the daemon's own answer to the same request: an error is what it refuses, what it takes is none. Where a warning
 * says what comes of it, that is looked for too.
 */
import { writeFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { clearSwarm } from '../../lab/scenarios/driver.ts'
import { openSwarm, waitFor, webImage } from '../../lab/swarm/index.ts'
import { checkIntent } from '../../src/actions/check/index.ts'
import { type Engine, openEngine } from '../../src/actions/engine.ts'
import type { Check } from '../../src/actions/plan.ts'
import { type Site, siteOf } from '../../src/actions/site.ts'
import type { Snapshot } from '../../src/snapshot/index.ts'
import { askCase, setUpCases, tidyCase, type Wait, whatComes } from '../actions/ask-daemon.ts'
import { cases } from '../actions/cases.ts'
import type { RecordedAnswer } from '../actions/recorded-answers.ts'
import { service } from '../actions/intents.ts'
import { program } from '../support/program.ts'

const swarm = openSwarm()
const { manager } = swarm
const wait: Wait = async (missing, seconds) => waitFor(missing, { seconds, everyMs: 500 })
let engine: Engine
let site: Site
let snapshot: Snapshot

const rows: { readonly answer: RecordedAnswer; readonly checks: readonly Check[] }[] = []

beforeAll(async () => {
  await clearSwarm(swarm)
  await setUpCases(manager.docker, webImage)
  await manager.exec(['sh', '-c', 'busybox nc -l -p 9999 >/dev/null 2>&1 </dev/null &'])
  await waitFor(async () => {
    const services =
      await manager.docker.get<{ ServiceStatus: { RunningTasks: number } }[]>('/services?status=true')
    return services.every(({ ServiceStatus }) => ServiceStatus.RunningTasks === 1) ? undefined : 'tasks'
  })
  snapshot = JSON.parse(await manager.exec(['node', program, 'snapshot', '-o', '-'])) as Snapshot
  site = siteOf(snapshot)
  engine = await openEngine({ dockerHost: manager.dockerSocket })
})

afterAll(async () => {
  const file = process.env['CNMTOP_ACTIONS_TABLE']
  const answers = rows.map(({ answer }) => answer)
  if (file) writeFileSync(file, JSON.stringify({ docker: site.daemon.value?.version, answers, snapshot }))
  for (const { answer, checks } of rows) {
    const ours = checks
      .map(({ level, field, text: words }) => `${level} ${field ?? '-'}: ${words}`)
      .join(' / ')
    const theirs = [answer.status, answer.message, answer.comes].filter(word => word !== undefined).join(' ')
    process.stderr.write(`actions: ${answer.name}: ${theirs} | ${ours || 'nothing'}\n`)
  }
  engine?.close()
  await clearSwarm(swarm)
})

describe.each(cases.map(one => [one.name, one] as const))('%s', (_, one) => {
  test('is judged as the daemon judges it', async () => {
    const checks = checkIntent(one.intent, site)
    const answer = await askCase(one, engine, site)
    const isRefused = answer.status > 299
    const comes =
      isRefused || one.comes === undefined ? undefined : await whatComes(one, answer.id, manager.docker, wait)
    if (!isRefused) await tidyCase(one, answer.id, manager.docker, engine, site)
    rows.push({
      checks,
      answer: {
        name: one.name,
        status: answer.status,
        ...(isRefused && { message: answer.message }),
        ...(comes !== undefined && { comes }),
      },
    })
    const errors = checks.filter(({ level }) => level === 'error')
    expect(errors.length > 0, `${answer.status} ${answer.message}; ours: ${JSON.stringify(checks)}`).toBe(
      isRefused,
    )
    if (one.comes === undefined || isRefused) return
    expect(comes).toMatch(one.comes)
    expect(checks.map(({ level }) => level)).toContain('warning')
  })
})

test('an intent that is fine is fine', () => {
  expect(checkIntent(service({ name: 'fine', image: 'web:1', networks: ['taken'] }), site)).toEqual([])
})
