import { isatty } from 'node:tty'
import { displayOptions } from '../ui/options.ts'
import { CommandError, exitCodes } from './exit.ts'
import { checkAskedDirectories, type LookOptions, look, requireLinux } from './options.ts'
import { note, writeOut } from './output.ts'
import { shortcomings } from './shortcomings.ts'

export type ScreenOptions = LookOptions & {
  readonly color?: boolean
  readonly ascii?: boolean
  /** The view to begin with. */
  readonly view?: string
}

/** `cnmtop`: the terminal UI; the overview as plain text where there is no terminal to draw on. */
export async function screenCommand(options: ScreenOptions): Promise<number> {
  await checkView(options.view)
  const isTerminal = isatty(1)
  const display = displayOptions(
    // commander gives true when --no-color was not said: then the environment decides.
    { color: options.color === false ? false : undefined, ascii: options.ascii },
    process.env,
    isTerminal,
  )
  if (!isTerminal || !isatty(0)) {
    const { eagerParts } = await import('../collectors/kernel/parts.ts')
    const snapshot = await look(options, { parts: eagerParts })
    const { renderOnce } = await import('../ui/once.ts')
    await writeOut(
      renderOnce(snapshot, { ...display, plain: !isTerminal, width: process.stdout.columns || 120 }),
    )
    note('no terminal: showing plain output')
    for (const sentence of shortcomings(snapshot)) note(sentence)
    return exitCodes.ok
  }
  if (options.fromSnapshot !== undefined) {
    const snapshot = await look(options)
    const { fileSession } = await import('../ui/model/session.ts')
    const { runUi } = await import('../ui/run.tsx')
    return runUi({ ...display, view: options.view, session: fileSession(snapshot) })
  }
  requireLinux()
  const { unlistable } = await import('../collectors/kernel/discover.ts')
  const netnsDirs = options.netnsDir ?? []
  checkAskedDirectories(unlistable(netnsDirs), netnsDirs)
  const { liveSession } = await import('./live-session.ts')
  const session = liveSession({
    netnsDirs,
    onlyNetnsDirs: options.onlyNetnsDirs,
    timeoutMs: options.timeout === undefined ? undefined : options.timeout * 1000,
  })
  // Loaded while the collector's thread reads already.
  const { runUi } = await import('../ui/run.tsx')
  return runUi({ ...display, view: options.view, session })
}

async function checkView(view: string | undefined): Promise<void> {
  if (view === undefined) return
  const { views } = await import('../ui/model/views/index.ts')
  if (views.some(({ id }) => id === view)) return
  const known = views.map(({ id }) => id).join(', ')
  throw new CommandError(exitCodes.usage, `there is no view '${view}'; known: ${known}`)
}
