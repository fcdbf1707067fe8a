import { setTimeout as sleep } from 'node:timers/promises'
import { spawn } from '@lydell/node-pty'
import headless from '@xterm/headless'

export type TerminalOptions = {
  readonly cols: number
  readonly rows: number
  readonly env?: Readonly<Record<string, string>>
}

export type Exit = { readonly code: number; readonly signal: number | undefined }

/** A program in a pseudo terminal, and its screen as a terminal would show it. */
export type RunningTerminal = {
  readonly pid: number
  /** Resolves when the program has ended. */
  readonly exited: Promise<Exit>
  /** The screen of headless xterm, for those who want cells and colours. */
  readonly screen: headless.Terminal
  /** The rows of the screen as text, without blanks at their ends. */
  text(): string[]
  type(keys: string): void
  resize(cols: number, rows: number): void
  /** Calls back after each piece of output has reached the screen. */
  onPaint(listener: () => void): { dispose(): void }
  /**
   * Waits until the screen shows what is asked for.
   *
   * @throws Error with the screen, when the program ends or the limit passes first
   */
  until(wanted: (rows: string[]) => boolean, limitMs?: number): Promise<void>
  /** Ends the program, politely first. */
  close(): Promise<void>
}

/** Starts `command` without a shell. The caller closes it. */
export function openTerminal(
  command: readonly [string, ...string[]],
  options: TerminalOptions,
): RunningTerminal {
  const { cols, rows } = options
  const screen = new headless.Terminal({ cols, rows, allowProposedApi: true, scrollback: 0 })
  const [file, ...args] = command
  const pty = spawn(file, args, {
    cols,
    rows,
    name: 'xterm-256color',
    env: { PATH: process.env['PATH'] ?? '', LANG: 'C.UTF-8', COLORTERM: 'truecolor', ...options.env },
  })
  const painted = new Set<() => void>()
  pty.onData(data => {
    screen.write(data, () => {
      for (const listener of painted) listener()
    })
  })
  // What the program asks of its terminal (cursor position, kind) is answered as a terminal would.
  screen.onData(answer => pty.write(answer))

  let ended = false
  const exited = new Promise<Exit>(resolve => {
    pty.onExit(({ exitCode, signal }) => {
      ended = true
      // What was written last may still be on its way to the screen.
      screen.write('', () => resolve({ code: exitCode, signal: signal === 0 ? undefined : signal }))
    })
  })

  const text = (): string[] =>
    Array.from({ length: screen.rows }, (_, row) => {
      const { active } = screen.buffer
      return (
        active
          .getLine(active.baseY + row)
          ?.translateToString()
          .trimEnd() ?? ''
      )
    })
  const onPaint = (listener: () => void): { dispose(): void } => {
    painted.add(listener)
    return { dispose: () => painted.delete(listener) }
  }

  return {
    pid: pty.pid,
    exited,
    screen,
    text,
    onPaint,
    type: keys => pty.write(keys),
    resize: (newCols, newRows) => {
      screen.resize(newCols, newRows)
      pty.resize(newCols, newRows)
    },
    until: async (wanted, limitMs = 30_000) => {
      const { promise, resolve, reject } = Promise.withResolvers<void>()
      const fail = (why: string): void => reject(new Error(`${why}; the screen shows:\n${text().join('\n')}`))
      const check = (): void => {
        if (wanted(text())) resolve()
      }
      const subscription = onPaint(check)
      const timer = setTimeout(() => fail(`not seen within ${limitMs} ms`), limitMs)
      void exited.then(({ code }) => fail(`the program ended with ${code}`))
      check()
      try {
        await promise
      } finally {
        clearTimeout(timer)
        subscription.dispose()
      }
    },
    close: async () => {
      if (!ended) pty.kill('SIGTERM')
      await Promise.race([exited, sleep(3_000, undefined, { ref: false })])
      if (!ended) pty.kill('SIGKILL')
      await exited
      screen.dispose()
    },
  }
}
