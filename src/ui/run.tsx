import { type Instance, render } from 'ink'
import { errorMessage } from '../util/errors.ts'
import { App } from './app.tsx'
import { createTheme, type ThemeOptions } from './components/theme.ts'
import type { Binding } from './model/keymap.ts'
import type { Session } from './model/session.ts'
import { watchProcess } from './process.ts'
import type { ActionPort, Effects } from './contract.ts'
import { createStore } from './store.ts'

/** Exit codes that a terminal UI can end with; signals give 128 and their number, as a shell tells them. */
const OK = 0
const INTERNAL_ERROR = 1

/** Keys are painted at once; a screen that changes by itself is painted this often at most. */
const MOST_FRAMES_A_SECOND = 60

/** When the terminal is gone, what is left to write is not waited for longer than this. */
const LAST_WRITE_MS = 500

/** A collector that does not let go of its namespaces in this time is stopped as it is. */
const PAUSE_MS = 500

export type RunOptions = ThemeOptions & {
  readonly session: Session
  /** The view to begin with; the overview when nothing is said. */
  readonly view?: string | undefined
  /** Other keys than the usual ones. */
  readonly bindings?: readonly Binding[] | undefined
  /** Writes files; nothing can be written without it. */
  readonly save?: Effects['save']
  /** Plans what can be changed, and sends it. */
  readonly actions?: ActionPort | undefined
}

/**
 * Shows a session on this process's terminal until the user quits, and ends the session. On every way out the terminal
 * is as it was before; an error is told on stderr after that.
 *
 * @returns the exit code: 0, 1 after an internal error, 130 when interrupted, 129 or 143 on SIGHUP or SIGTERM
 */
export async function runUi({
  session,
  view = 'overview',
  bindings,
  save = nothingToSave,
  actions,
  ...themeOptions
}: RunOptions): Promise<number> {
  const { stdin, stdout, stderr } = process
  const store = createStore(session, {
    columns: stdout.columns || 80,
    rows: stdout.rows || 24,
    view,
    bindings,
    actions,
    clock: Date.now,
  })
  const effects: { current?: Effects } = {}
  let instance: Instance | undefined
  let exitCode: number | undefined
  let failure: unknown

  const end = (code: number, error?: unknown): void => {
    // A second request means that the first one hangs.
    if (exitCode !== undefined) process.exit(code)
    exitCode = code
    failure = error
    // Not from inside of the render that asks for it.
    setImmediate(() => instance?.unmount())
  }
  const watch = watchProcess({
    end,
    suspend: () => effects.current?.suspend(),
    redraw: () => effects.current?.redraw(),
  })
  const stopProcess = async (): Promise<void> => {
    // A namespace that is deleted while this process stands still must not be held by it.
    await Promise.race([session.pause?.(), delay(PAUSE_MS)])
    await watch.stopProcess()
    session.resume?.()
  }
  const resize = (): void => {
    // Ink draws what changed relative to its last frame; a terminal that changed its size may have moved that.
    stdout.write('\x1b[H\x1b[J')
    instance?.clear()
    store.resize(stdout.columns || 80, stdout.rows || 24)
  }
  stdout.prependListener('resize', resize)
  try {
    // Ink asks for raw mode after its first frame: what is typed until then would be echoed into it.
    stdin.setRawMode(true)
    // What was typed before that was echoed; a frame begins in the first column.
    stdout.write('\r')
    instance = render(
      <App
        store={store}
        theme={createTheme(themeOptions)}
        write={text => void stdout.write(text)}
        quit={end}
        save={save}
        stopProcess={stopProcess}
        onEffects={current => {
          effects.current = current
        }}
      />,
      {
        alternateScreen: true,
        incrementalRendering: true,
        interactive: true,
        exitOnCtrlC: false,
        maxFps: MOST_FRAMES_A_SECOND,
      },
    )
    const exit = instance.waitUntilExit()
    await Promise.race([exit, watch.terminalGone.then(async () => delay(LAST_WRITE_MS))])
  } catch (error) {
    exitCode = INTERNAL_ERROR
    failure = error
  } finally {
    stdout.off('resize', resize)
    store.stop()
    session.stop()
    watch.stop()
    stdin.setRawMode(false)
    stdin.pause()
  }
  if (failure !== undefined) stderr.write(`cnmtop: ${errorMessage(failure)}\n`)
  return exitCode ?? OK
}

async function delay(milliseconds: number): Promise<void> {
  return new Promise(resolve => {
    setTimeout(resolve, milliseconds).unref()
  })
}

async function nothingToSave(): Promise<never> {
  throw new Error('files cannot be written here')
}
