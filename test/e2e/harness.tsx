/**
 * A program for the end-to-end tests: the terminal UI on a synthetic snapshot. `CNMTOP_HARNESS` holds its options as
 * JSON. It is bundled by `bundle.ts`, as Node does not run TSX.
 */
import { readFileSync } from 'node:fs'
import { fileSession, type Session, type SessionStatus } from '../../src/ui/model/session.ts'
import { displayOptions } from '../../src/ui/options.ts'
import { runUi } from '../../src/ui/run.tsx'
import type { Snapshot } from '../../src/snapshot/index.ts'
import { syntheticSnapshot, type SyntheticOptions } from '../ui/synthetic.ts'

type HarnessOptions = SyntheticOptions & {
  /** New counters so often, in milliseconds. */
  readonly live?: number
  /** Throws outside of React after this many milliseconds. */
  readonly throwAfter?: number
  /** Gives the first namespace this name. */
  readonly hostileName?: string
  /** Finds nothing, for ever. */
  readonly isSilent?: boolean
  readonly color?: boolean
  readonly ascii?: boolean
  readonly view?: string
  /** Shows the snapshot in this file instead. */
  readonly file?: string
}

const options = JSON.parse(process.env['CNMTOP_HARNESS'] ?? '{}') as HarnessOptions

/** A session whose counters grow by themselves. */
function growingSession(interval: number): Session {
  let tick = 0
  let current = make()
  let status = statusNow()
  const listeners = new Set<() => void>()
  const timer = setInterval(grow, interval)

  function make(): Snapshot {
    const snapshot = syntheticSnapshot({ ...options, tick, takenAt: new Date().toISOString() })
    const [first, ...others] = snapshot.namespaces
    if (!first || options.hostileName === undefined) return snapshot
    return { ...snapshot, namespaces: [{ ...first, name: options.hostileName }, ...others] }
  }

  function statusNow(): SessionStatus {
    return { mode: 'live', collecting: false, checkedAt: Date.now(), intervalMs: interval }
  }

  function grow(): void {
    tick++
    current = make()
    status = statusNow()
    for (const listener of listeners) listener()
  }

  return {
    snapshot: () => current,
    status: () => status,
    subscribe: listener => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    refresh: grow,
    setVisible: () => {},
    stop: () => clearInterval(timer),
  }
}

if (options.throwAfter !== undefined) {
  setTimeout(() => {
    throw new Error('made to fail')
  }, options.throwAfter)
}

function hostile(snapshot: Snapshot): Snapshot {
  const { hostileName: name } = options
  if (name === undefined) return snapshot
  const namespaces = snapshot.namespaces.map(namespace => ({
    ...namespace,
    name,
    links: namespace.links.map(link => ({ ...link, ifname: name })),
  }))
  return { ...snapshot, host: { ...snapshot.host, hostname: name }, namespaces }
}

/** A session that is still looking for its first namespace. */
function silentSession(): Session {
  const nothing = { ...syntheticSnapshot(options), namespaces: [] }
  const status: SessionStatus = { mode: 'live', collecting: true, checkedAt: Date.now() }
  return { ...fileSession(nothing), status: () => status }
}

const session = options.isSilent
  ? silentSession()
  : options.live === undefined
    ? fileSession(
        options.file === undefined
          ? hostile(syntheticSnapshot(options))
          : (JSON.parse(readFileSync(options.file, 'utf8')) as Snapshot),
      )
    : growingSession(options.live)
const display = displayOptions({ color: options.color, ascii: options.ascii }, process.env, true)
process.exit(await runUi({ session, view: options.view ?? 'namespaces', ...display }))
