import { isatty } from 'node:tty'
import { displayOptions } from '../ui/options.ts'
import type { Snapshot } from '../snapshot/index.ts'
import type { Binding } from '../ui/model/keymap.ts'
import type { KeyConfig } from './config.ts'
import { exitCodes } from './exit.ts'
import { exportFiles } from './export-files.ts'
import { canEnter, missingHere } from './missing.ts'
import { checkAskedDirectories, checkDockerHost, type LookOptions, look, requireLinux } from './options.ts'
import { note, writeOut } from './output.ts'
import { milliseconds } from './seconds.ts'
import { shortcomings } from './shortcomings.ts'

export type DisplayOptions = {
  readonly color?: boolean
  readonly ascii?: boolean
  /** The view to begin with. */
  readonly view?: string
  /** Other keys than the usual ones. */
  readonly keys?: KeyConfig
}

export type ScreenOptions = LookOptions &
  DisplayOptions & {
    /** Something may be changed from the screen. */
    readonly allowActions?: boolean
  }

/** `cnmtop`: the terminal UI; the overview as plain text where there is no terminal to draw on. */
export async function screenCommand(options: ScreenOptions): Promise<number> {
  if (options.fromSnapshot !== undefined) return showNodes([await look(options)], options)
  const missing = missingHere(options)
  if (!hasTerminal()) {
    const { eagerParts } = await import('../collectors/kernel/parts.ts')
    const { dockerParts } = await import('../collectors/docker/ask.ts')
    await printOnce([await look(options, { parts: eagerParts, docker: dockerParts })], options)
    for (const sentence of missing) note(sentence)
    return exitCodes.ok
  }
  requireLinux()
  await checkDockerHost(options.dockerHost)
  if (missing.length > 0 && !options.netnsDir && !canEnter()) {
    for (const sentence of missing) note(sentence)
    return exitCodes.permission
  }
  const { unlistable } = await import('../collectors/kernel/discover.ts')
  const netnsDirs = options.netnsDir ?? []
  checkAskedDirectories(unlistable(netnsDirs), netnsDirs)
  const { liveSession } = await import('./live-session.ts')
  const limitMs = options.timeout === undefined ? undefined : milliseconds(options.timeout)
  const session = liveSession(
    { netnsDirs, onlyNetnsDirs: options.onlyNetnsDirs, timeoutMs: limitMs },
    options.docker === false ? undefined : { dockerHost: options.dockerHost, callMs: limitMs },
  )
  try {
    // All that follows is loaded while the collector's thread reads already.
    const bindings = await keysOf(options)
    const { runUi } = await import('../ui/run.tsx')
    const { liveDesk } = await import('./action-desk.ts')
    const desk = liveDesk({
      allowActions: options.allowActions === true,
      dockerHost: options.dockerHost,
      callMs: limitMs,
      docker: options.docker !== false,
    })
    try {
      return await runUi({
        ...displayOf(options),
        view: options.view,
        bindings,
        save: exportFiles,
        actions: desk.port,
        session,
      })
    } finally {
      await desk.close()
    }
  } finally {
    session.stop()
  }
}

/** Snapshots in the same screen, or as plain text where there is no terminal. Needs neither root nor Docker. */
export async function showNodes(
  nodes: readonly [Snapshot, ...Snapshot[]],
  options: DisplayOptions,
): Promise<number> {
  if (!hasTerminal()) {
    await printOnce(nodes, options)
    return exitCodes.ok
  }
  const bindings = await keysOf(options)
  const { clusterSession } = await import('../ui/model/session.ts')
  const { runUi } = await import('../ui/run.tsx')
  const { fileDesk } = await import('./action-desk.ts')
  return runUi({
    ...displayOf(options),
    view: options.view,
    bindings,
    save: exportFiles,
    actions: fileDesk,
    session: clusterSession(nodes),
  })
}

async function keysOf({ keys }: DisplayOptions): Promise<readonly Binding[]> {
  return (await import('./bindings.ts')).bindingsOf(keys)
}

function hasTerminal(): boolean {
  return isatty(1) && isatty(0)
}

function displayOf({ color, ascii }: DisplayOptions): ReturnType<typeof displayOptions> {
  // commander gives true when --no-color was not said: then the environment decides.
  return displayOptions({ color: color === false ? false : undefined, ascii }, process.env, isatty(1))
}

async function printOnce(nodes: readonly Snapshot[], options: DisplayOptions): Promise<void> {
  const { renderOnce } = await import('../ui/once.ts')
  const { buildGraph } = await import('../graph/build.ts')
  const width = process.stdout.columns || 120
  const cluster = { nodes, graph: buildGraph(nodes) }
  await writeOut(renderOnce(cluster, { ...displayOf(options), plain: !isatty(1), width }))
  note('no terminal: showing plain output')
  for (const node of nodes) for (const sentence of shortcomings(node)) note(sentence)
}
