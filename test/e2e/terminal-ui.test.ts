import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { spawn } from '@lydell/node-pty'
import { afterAll, afterEach, beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest'
import { openTerminal, type RunningTerminal } from '../../scripts/terminal.ts'
import { captureSnapshot } from '../support/swarm-capture.ts'
import { bundle } from './bundle.ts'
import { patiently } from '../support/patiently.ts'

/** The whole program in a pseudo-terminal, on synthetic data. Nothing sleeps: everything waits for what it wants to see. */
let program: Awaited<ReturnType<typeof bundle>>
const open = new Set<RunningTerminal>()

beforeAll(async () => {
  program = await bundle('test/e2e/harness.tsx')
})

afterAll(() => program.remove())

afterEach(async () => {
  await Promise.all([...open].map(terminal => terminal.close()))
  open.clear()
})

type Start = { cols?: number; rows?: number; harness?: object; env?: Record<string, string>; term?: string }

function start({ cols = 120, rows = 40, harness = {}, env = {}, term }: Start = {}): RunningTerminal {
  const run = [process.execPath, program.file] as const
  // The pseudo-terminal sets TERM by itself.
  const command = term === undefined ? run : (['env', `TERM=${term}`, ...run] as const)
  const terminal = openTerminal(command, {
    cols,
    rows,
    env: { CNMTOP_HARNESS: JSON.stringify(harness), ...env },
  })
  open.add(terminal)
  return terminal
}

/** A shell with job control, in which the program is a job. */
function startShell(): RunningTerminal {
  const terminal = openTerminal(['bash', '--norc', '--noprofile', '-i'], {
    cols: 120,
    rows: 40,
    env: { PS1: 'ready> ', CNMTOP_HARNESS: '{}', RUN: `${process.execPath} ${program.file}` },
  })
  open.add(terminal)
  return terminal
}

/** Waits until the screen shows what is asked for; fails with the screen. */
async function expectScreen(terminal: RunningTerminal, wanted: (rows: string[]) => boolean): Promise<void> {
  await terminal.until(wanted)
}

const shows = (part: string) => (rows: string[]) => rows.some(row => row.includes(part))
/** All of a frame: its first row and its last. */
const isOverview = (rows: string[]): boolean =>
  shows('━━ Namespaces 12')(rows) && rows.at(-1)?.endsWith(' of 12') === true
const bufferOf = (terminal: RunningTerminal): string => terminal.screen.buffer.active.type

describe('the terminal', () => {
  it('is on the alternate screen while the program runs, and as before after q', async () => {
    const terminal = start()
    await expectScreen(terminal, isOverview)
    expect(bufferOf(terminal)).toBe('alternate')
    await patiently(() => expect(terminal.screen.modes.bracketedPasteMode).toBe(true))
    terminal.type('q')
    expect(await terminal.exited).toEqual({ code: 0, signal: undefined })
    expect(bufferOf(terminal)).toBe('normal')
    expect(terminal.screen.modes.bracketedPasteMode).toBe(false)
    expect(terminal.text().join('').trim()).toBe('')
  })

  it.each([
    ['\x03', 130],
    ['/lb\x03', 130],
  ])('is given back after %j', async (keys, code) => {
    const terminal = start()
    await expectScreen(terminal, isOverview)
    terminal.type(keys)
    expect((await terminal.exited).code).toBe(code)
    expect(bufferOf(terminal)).toBe('normal')
  })

  it.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
    ['SIGHUP', 129],
  ] as const)('is given back after %s', async (signal, code) => {
    const terminal = start()
    await expectScreen(terminal, isOverview)
    process.kill(terminal.pid, signal)
    expect((await terminal.exited).code).toBe(code)
    expect(bufferOf(terminal)).toBe('normal')
  })

  it.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
    ['SIGHUP', 129],
  ] as const)('is given back after %s before anything was read', async (signal, code) => {
    const terminal = start({ harness: { isSilent: true } })
    await vi.waitFor(() => expect(bufferOf(terminal)).toBe('alternate'), { timeout: 30_000 })
    process.kill(terminal.pid, signal)
    expect((await terminal.exited).code).toBe(code)
    expect(bufferOf(terminal)).toBe('normal')
  })

  it('is given back after an error, which is told on the normal screen', async () => {
    const terminal = start({ harness: { throwAfter: 1 } })
    expect((await terminal.exited).code).toBe(1)
    expect(bufferOf(terminal)).toBe('normal')
    expect(terminal.text().join('\n')).toContain('cnmtop: made to fail')
  })

  it('may be closed: the program ends', async () => {
    const pty = spawn(process.execPath, [program.file], {
      cols: 100,
      rows: 30,
      env: { ...process.env, CNMTOP_HARNESS: '{"live":50}' },
    })
    const painted = Promise.withResolvers<void>()
    pty.onData(() => painted.resolve())
    await painted.promise
    ;(pty as unknown as { destroy: () => void }).destroy()
    await vi.waitFor(() => expect(() => process.kill(pty.pid, 0)).toThrow('ESRCH'), { timeout: 30_000 })
  })

  it('is cooked again in the shell, and Ctrl-Z and fg work', async () => {
    const terminal = startShell()
    await expectScreen(terminal, shows('ready>'))
    terminal.type('$RUN\r')
    await expectScreen(terminal, isOverview)
    terminal.type('jj\x1a')
    await expectScreen(terminal, shows('Stopped'))
    expect(bufferOf(terminal)).toBe('normal')
    terminal.type('stty -a\r')
    await expectScreen(terminal, shows(' icanon'))
    terminal.type('fg\r')
    await expectScreen(terminal, rows => isOverview(rows) && rows.some(row => row.startsWith('▌▲ lb ')))
    expect(bufferOf(terminal)).toBe('alternate')
    terminal.type('kq')
    await expectScreen(terminal, () => bufferOf(terminal) === 'normal')
    terminal.type('clear; echo code $?; stty -a\r')
    await expectScreen(terminal, rows => shows(' icanon')(rows) && shows(' echo ')(rows))
  })

  it('may change its size while the program is stopped', async () => {
    const terminal = startShell()
    await expectScreen(terminal, shows('ready>'))
    terminal.type('$RUN\r')
    await expectScreen(terminal, isOverview)
    terminal.type('\x1a')
    await expectScreen(terminal, shows('Stopped'))
    terminal.resize(90, 30)
    terminal.type('clear; fg\r')
    await expectScreen(terminal, rows => isOverview(rows) && rows[0]?.length === 89)
    expect(terminal.text()).toHaveLength(30)
  })

  it('comes back when nobody can continue the program', async () => {
    const terminal = start()
    await expectScreen(terminal, isOverview)
    const buffers = new Set<string>()
    const watch = terminal.onPaint(() => buffers.add(bufferOf(terminal)))
    terminal.type('\x1a')
    await patiently(() => expect(buffers).toContain('normal'))
    await expectScreen(terminal, rows => isOverview(rows) && bufferOf(terminal) === 'alternate')
    terminal.type('j')
    await expectScreen(terminal, rows => rows.some(row => row.startsWith('▌  ingress')))
    watch.dispose()
  })

  it('is drawn anew by Ctrl-L after others wrote on it', async () => {
    const terminal = start()
    await expectScreen(terminal, isOverview)
    const before = terminal.text()
    await new Promise<void>(resolve => {
      terminal.screen.write('\x1b[5;5Hwall: the system goes down', resolve)
    })
    expect(terminal.text().join('\n')).toContain('wall:')
    terminal.type('\x0c')
    await expectScreen(terminal, rows => rows.join('\n') === before.join('\n'))
  })
})

describe('keys', () => {
  it('come in bursts and as sequences', async () => {
    const terminal = start({ harness: { sandboxes: 100 } })
    await expectScreen(terminal, shows('1 of 106'))
    terminal.type('jjjjj')
    await expectScreen(terminal, shows('6 of 106'))
    terminal.type('\x1b[B\x1b[B\x1bOA')
    await expectScreen(terminal, shows('7 of 106'))
    terminal.type('\x1b[6~')
    await expectScreen(terminal, shows('42 of 106'))
    terminal.type('\x1b[F')
    await expectScreen(terminal, shows('106 of 106'))
    terminal.type('\x1b[H\x04')
    await expectScreen(terminal, shows('19 of 106'))
  })

  it('filter, open and close', async () => {
    const terminal = start()
    await expectScreen(terminal, isOverview)
    terminal.type('/ingress\r\r')
    await expectScreen(terminal, rows => shows('hides 11 of 12')(rows) && shows('━━ ingress_sbox')(rows))
    terminal.type('?')
    await expectScreen(terminal, shows('━━ Keys'))
    terminal.type('\x1b')
    await expectScreen(terminal, shows('━━ ingress_sbox'))
    terminal.type('\x1b')
    await expectScreen(terminal, shows('━━ Namespaces 1 '))
  })

  it('are not echoed when they come before the first frame', async () => {
    const terminal = start()
    terminal.type('j')
    await vi.waitFor(() => expect(bufferOf(terminal)).toBe('alternate'), { timeout: 30_000 })
    terminal.type('j')
    await expectScreen(terminal, rows => rows.at(-1)?.endsWith('3 of 12') === true)
    const fresh = start()
    await expectScreen(fresh, isOverview)
    fresh.type('jj')
    await expectScreen(fresh, shows('3 of 12'))
    await expectScreen(terminal, rows => rows.join('\n') === fresh.text().join('\n'))
  })

  it('in pasted text are none', async () => {
    const terminal = start()
    await expectScreen(terminal, isOverview)
    terminal.type('\x1b[200~q\x1b[201~j')
    await expectScreen(terminal, shows('2 of 12'))
  })

  it('copy through the terminal', async () => {
    const terminal = start()
    const copied = Promise.withResolvers<string>()
    terminal.screen.parser.registerOscHandler(52, data => {
      copied.resolve(Buffer.from(data.replace(/^c;/, ''), 'base64').toString())
      return true
    })
    await expectScreen(terminal, isOverview)
    terminal.type('jc')
    expect(await copied.promise).toMatch(/^ingress\tingress_sbox\t/)
  })
})

describe('views', () => {
  it('are reached by number, by relation and by name, and left again', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'cnmtop-views-'))
    onTestFinished(() => rmSync(directory, { recursive: true }))
    const file = join(directory, 'node1.json')
    writeFileSync(file, JSON.stringify(captureSnapshot('docker-26.1-nft', 'node1')))
    const terminal = start({ harness: { file, view: 'overview' } })
    await expectScreen(terminal, shows('━━ Overview 14'))
    terminal.type('5')
    await expectScreen(terminal, shows('━━ Services 12'))
    terminal.type('jj\r')
    await expectScreen(terminal, shows('━━ task api.2'))
    terminal.type('/sandbox\r\r')
    await expectScreen(
      terminal,
      rows => shows('━━ sandbox api.2')(rows) && shows('Services › api.2 › sandbox')(rows),
    )
    terminal.type('\x1b')
    await expectScreen(terminal, shows('━━ task api.2'))
    terminal.type(':vxlan0 1-laei\r')
    await expectScreen(terminal, rows => rows.some(row => row.includes('▌  vxlan0: flags=')))
    terminal.type('<<')
    await expectScreen(terminal, shows('━━ sandbox api.2'))
    terminal.type('>q')
    expect((await terminal.exited).code).toBe(0)
  })
})

describe('sizes', () => {
  it('change in storms, and the last one is drawn', async () => {
    const terminal = start()
    await expectScreen(terminal, isOverview)
    terminal.type('jjj')
    const sizes = [
      [61, 17],
      [200, 60],
      [1, 1],
      [84, 24],
      [85, 24],
      [30, 60],
      [119, 16],
      [120, 50],
      [2, 90],
    ] as const
    for (const [cols, rows] of [...sizes, ...sizes]) terminal.resize(cols, rows)
    terminal.resize(100, 30)
    await expectScreen(terminal, rows => isOverview(rows) && rows.at(-1)?.endsWith('4 of 12') === true)
    const fresh = start({ cols: 100, rows: 30 })
    await expectScreen(fresh, isOverview)
    fresh.type('jjj')
    await expectScreen(fresh, shows('4 of 12'))
    await expectScreen(terminal, rows => rows.join('\n') === fresh.text().join('\n'))
  })

  it.each([
    [59, 20],
    [40, 10],
    [3, 2],
    [1, 1],
  ])('of %ix%i show a message at most, and q works', async (cols, rows) => {
    const terminal = start({ cols, rows })
    const message = `Terminal too small: ${cols}x${rows}, need 60x16`.slice(0, cols)
    await expectScreen(terminal, shows(message.trim()))
    terminal.type('q')
    expect((await terminal.exited).code).toBe(0)
  })
})

describe('looks', () => {
  /** Colours of the foreground on the whole screen, by number. */
  const coloursOf = ({ screen }: RunningTerminal): Set<number> => {
    const colours = new Set<number>()
    for (let row = 0; row < screen.rows; row++) {
      const line = screen.buffer.active.getLine(row)
      for (let column = 0; column < screen.cols; column++) {
        const cell = line?.getCell(column)
        if (cell && !cell.isFgDefault()) colours.add(cell.getFgColor())
      }
    }
    return colours
  }

  it('are of the 16 base colours', async () => {
    const terminal = start()
    await expectScreen(terminal, isOverview)
    const colours = coloursOf(terminal)
    expect(colours.size).toBeGreaterThan(3)
    expect(Math.max(...colours)).toBeLessThan(16)
  })

  it.each<[string, Start]>([
    ['NO_COLOR', { env: { NO_COLOR: '1' } }],
    ['CNMTOP_NO_COLOR', { env: { CNMTOP_NO_COLOR: '1' } }],
    ['TERM=dumb', { term: 'dumb' }],
    ['--no-color', { harness: { color: false } }],
  ])('are without colour with %s', async (_, how) => {
    const terminal = start(how)
    await expectScreen(terminal, isOverview)
    expect(coloursOf(terminal)).toEqual(new Set())
  })

  it('are ASCII when asked for', async () => {
    const terminal = start({ harness: { ascii: true } })
    await expectScreen(terminal, shows('== Namespaces 12'))
    expect(terminal.text().join('')).toMatch(/^[ -~]*$/)
  })

  it('do not obey what the world is called', async () => {
    const terminal = start({ harness: { hostileName: '\x1b]0;owned\x07\x1b[2J\u202e' } })
    const titles: string[] = []
    terminal.screen.onTitleChange(title => titles.push(title))
    await expectScreen(terminal, shows('\\x1b]0;owned'))
    terminal.type('\t]]]]')
    await expectScreen(terminal, shows('[2J'))
    expect(titles).toEqual([])
    expect(terminal.text()[0]).toContain('cnmtop')
  })
})
