import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import {
  appendFileSync,
  chmodSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { lastUndoable, loggedUndo, parseAudit, readAudit, unfinished } from '../../src/actions/audit-read.ts'
import { type AuditLog, auditPath, openAudit } from '../../src/actions/audit.ts'
import { planIntent } from '../../src/actions/plan-intent.ts'
import { outcomeText } from '../../src/actions/tell.ts'
import { fakeEngine } from './fake-engine.ts'
import { network, service } from './intents.ts'
import { site } from './site.ts'

let directory: string
let path: string

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'cnmtop-audit-'))
  path = join(directory, 'audit.jsonl')
})
afterEach(() => rmSync(directory, { recursive: true, force: true }))

const plan = planIntent(network(), site)
const program = join(import.meta.dirname, '../support/act-program.ts')

async function ending(child: ChildProcess): Promise<string | null> {
  return new Promise(resolve => child.on('exit', (_, signal) => resolve(signal)))
}

describe('the log', () => {
  it('lies where the environment says', () => {
    expect(auditPath({ CNMTOP_AUDIT_LOG: '/x/log' })).toBe('/x/log')
    expect(auditPath({ XDG_STATE_HOME: '/state' })).toBe('/state/cnmtop/audit.jsonl')
    expect(auditPath({ XDG_STATE_HOME: 'relative', HOME: '/home/me' })).toBe(
      '/home/me/.local/state/cnmtop/audit.jsonl',
    )
  })

  it('is empty while there is none', () => {
    expect(readAudit(path)).toEqual({ entries: [], damaged: [] })
  })

  it('is only for its owner, whoever made it', () => {
    writeFileSync(path, '')
    chmodSync(path, 0o644)
    openAudit(path).intended(plan, 'unix:///x')
    expect((statSync(path).mode & 0o777).toString(8)).toBe('600')
  })

  it('is not written through a symbolic link', () => {
    const target = join(directory, 'target')
    writeFileSync(target, 'precious')
    symlinkSync(target, path)
    expect(() => openAudit(path).intended(plan, 'unix:///x')).toThrow('ELOOP')
    expect(readFileSync(target, 'utf8')).toBe('precious')
  })

  it('is a file, and nothing else becomes private by it', () => {
    execFileSync('mkfifo', ['--mode=666', path])
    expect(() => openAudit(path).intended(plan, 'unix:///x')).toThrow('is no file')
    expect((statSync(path).mode & 0o777).toString(8)).toBe('666')
  })

  it('takes a line whole or not at all where there is no room, and then nothing is sent', async () => {
    const engine = await fakeEngine(() => ({ status: 201, body: { Id: 'n1' } }))
    const log = openAudit(path)
    log.intended(plan, 'unix:///x')
    const before = readFileSync(path, 'utf8')
    // The next line goes past the limit of the shell, which the kernel treats as a disk that is full.
    const blocks = Math.ceil(before.length / 1024)
    await ending(
      spawn('bash', [
        '-c',
        `ulimit -f ${blocks}; exec "$0" "$@"`,
        process.execPath,
        program,
        engine.dockerHost,
        path,
      ]),
    )
    expect(engine.writes).toEqual([])
    await engine.close()
    expect(readFileSync(path, 'utf8')).toBe(before)
  })

  it('keeps and tells lines that are damaged, and goes on behind them', () => {
    const log = openAudit(path)
    const first = log.intended(plan, 'unix:///x')
    appendFileSync(path, '{"id":"cut off in the mid')
    log.ended(first, { end: 'done', id: undefined, warnings: [] })
    const second = log.intended(plan, 'unix:///x')
    const { entries, damaged } = readAudit(path)
    expect(damaged).toEqual([2])
    expect(entries.map(({ id }) => id)).toEqual([first, second])
    expect(entries[0]?.outcome).toMatchObject({ end: 'done' })
    expect(readFileSync(path, 'utf8')).toContain('cut off in the mid')
  })

  it.each([
    '',
    '\n\n',
    'null',
    '[]',
    '{"id":"x","at":"y","event":"ended","outcome":{}}',
    '\u0000',
    '{"id":1}',
  ])('takes %j without an error', text => {
    const { entries, damaged } = parseAudit(text)
    expect(entries).toEqual([])
    expect(damaged).toEqual(text.trim() === '' ? [] : [1])
  })

  it('is read whatever somebody made of its lines', () => {
    const log = openAudit(path)
    const id = log.intended(plan, 'unix:///x')
    log.answered(id, { method: 'POST', path: '/x', query: {}, body: undefined }, 201, 'n1')
    log.ended(id, { end: 'done', id: 'n1', warnings: [] })
    const lines = readFileSync(path, 'utf8')
      .trimEnd()
      .split('\n')
      .map(text => JSON.parse(text) as Record<string, unknown>)
    const strange = [null, 7, 'x', [], {}, [null], { kind: 'x' }, { intent: {} }, { end: 'x' }]
    for (const [at, line] of lines.entries()) {
      for (const name of Object.keys(line)) {
        for (const value of strange) {
          const changed = lines.with(at, { ...line, [name]: value })
          const { entries, damaged } = parseAudit(changed.map(one => JSON.stringify(one)).join('\n'))
          for (const entry of entries) {
            expect([entry.intended.title, loggedUndo(entry).text].map(text => typeof text)).toEqual([
              'string',
              'string',
            ])
            if (entry.outcome) expect(outcomeText(entry.outcome)).toBeTypeOf('string')
            expect(entry.answers.every(answer => typeof answer.path === 'string')).toBe(true)
          }
          unfinished({ entries, damaged })
          lastUndoable({ entries, damaged })
        }
      }
    }
  })

  it('holds no secret, and so does not offer an undo that would need one', () => {
    const secret = service({ env: ['PASSWORD=hunter2'], command: ['--key=hunter2'] })
    const log = openAudit(path)
    log.intended({ ...planIntent(secret, site), undo: { intent: secret, text: 'x' } }, 'unix:///x')
    expect(readFileSync(path, 'utf8')).not.toContain('hunter2')
    const [entry] = readAudit(path).entries
    expect(loggedUndo(entry!)).toMatchObject({
      intent: undefined,
      text: expect.stringContaining('not in the log'),
    })
  })
})

describe('the undo of the log', () => {
  const refused = {
    end: 'refused',
    status: 409,
    message: 'network with name my-network already exists',
    field: undefined,
  } as const
  const answer = (
    status: number,
    created?: string,
  ): [Parameters<AuditLog['answered']>[1], number, string | undefined] => [
    { method: 'POST', path: '/networks/create', query: {}, body: undefined },
    status,
    created,
  ]

  it('takes nothing away for an action that was refused: what has the name is another one', () => {
    const log = openAudit(path)
    const id = log.intended(plan, 'unix:///x')
    log.answered(id, ...answer(409))
    log.ended(id, refused)
    expect(loggedUndo(readAudit(path).entries[0]!)).toEqual({
      intent: undefined,
      text: 'Nothing of it was done.',
    })
  })

  it('warns where the name stands for another one by now', () => {
    const log = openAudit(path)
    const old = site.networks.value!.find(({ Name }) => Name === 'old')!
    for (const made of [old.Id, 'another']) {
      log.answered(
        log.intended(planIntent(network({ name: 'old' }), site), 'unix:///x'),
        ...answer(201, made),
      )
    }
    const [same, other] = readAudit(path).entries.map(entry => planIntent(loggedUndo(entry).intent!, site))
    expect(same!.checks).toEqual([])
    expect(other!.checks).toMatchObject([
      { level: 'warning', text: expect.stringContaining('not the one that was made then') },
    ])
  })
})

describe('a program that is killed', () => {
  it('between noting and the answer leaves an action that the next start tells of', async () => {
    let sent: () => void
    const arrived = new Promise<void>(resolve => {
      sent = resolve
    })
    const engine = await fakeEngine(({ method }) => {
      if (method === 'POST') sent()
      return method === 'POST' ? 'hang' : undefined
    })
    const child = spawn(process.execPath, [program, engine.dockerHost, path], { stdio: 'inherit' })
    const ended = ending(child)
    await arrived
    child.kill('SIGKILL')
    expect(await ended).toBe('SIGKILL')
    await engine.close()
    const reading = readAudit(path)
    expect(reading.damaged).toEqual([])
    expect(unfinished(reading)).toMatchObject([
      {
        intended: { title: 'Create network my-network (overlay)', pid: child.pid },
        answers: [],
        outcome: undefined,
      },
    ])
    expect(loggedUndo(reading.entries[0]!).text).toBe('docker network rm my-network')
  })

  it('is not told of for ever: what was taken back has its end', () => {
    const log = openAudit(path)
    const first = log.intended(plan, 'unix:///x')
    log.ended(log.intended(plan, 'unix:///x', first), { end: 'done', id: undefined, warnings: [] })
    expect(unfinished(readAudit(path), () => false)).toEqual([])
  })

  it('is told of although another process has its number by now', () => {
    openAudit(path).intended(plan, 'unix:///x')
    const [entry] = readAudit(path).entries
    const of = (at: string): unknown[] =>
      unfinished({
        entries: [{ ...entry!, intended: { ...entry!.intended, at, pid: process.ppid } }],
        damaged: [],
      })
    expect(of(new Date().toISOString())).toEqual([])
    // Before that process began.
    expect(of('2020-01-01T00:00:00.000Z')).toHaveLength(1)
  })

  it('is told apart from one that is still at it', () => {
    openAudit(path).intended(plan, 'unix:///x')
    const reading = readAudit(path)
    const other = { ...reading.entries[0]!, intended: { ...reading.entries[0]!.intended, pid: 1 } }
    expect(unfinished({ ...reading, entries: [other] }, () => true)).toEqual([])
    expect(unfinished({ ...reading, entries: [other] }, () => false)).toHaveLength(1)
  })
})
