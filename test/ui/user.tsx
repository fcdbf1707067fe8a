import { renderToString } from 'ink'
import type { Snapshot } from '../../src/snapshot/index.ts'
import { createTheme, type Theme } from '../../src/ui/components/theme.ts'
import type { ScreenModel } from '../../src/ui/model/screen.ts'
import { fileSession, type Session, type SessionStatus } from '../../src/ui/model/session.ts'
import { Browser } from '../../src/ui/screens/browser.tsx'
import type { Effects, StoreOptions } from '../../src/ui/contract.ts'
import { createStore } from '../../src/ui/store.ts'

/** What the clock of every user says. */
export const NOW = Date.parse('2026-11-23T05:20:15Z')

/** A user at a screen that is not drawn: presses keys, and reads what would be on it. */
export type User = {
  readonly press: (...keys: string[]) => void
  readonly screen: () => ScreenModel
  readonly text: () => string[]
  readonly line: (part: string) => string | undefined
  readonly resize: (columns: number, rows: number) => void
  readonly paste: (text: string) => void
  /** What the screen asked of the world: `quit 0`, `copy …`. */
  readonly effects: string[]
  readonly stop: () => void
}

export function userOf(
  session: Snapshot | Session,
  columns = 120,
  rows = 40,
  view = 'namespaces',
  { actions, clock = () => NOW }: Partial<Pick<StoreOptions, 'actions' | 'clock'>> = {},
): User {
  const store = createStore('format' in session ? fileSession(session) : session, {
    columns,
    rows,
    view,
    actions,
    clock,
  })
  const effects: string[] = []
  const asked: Effects = {
    quit: code => effects.push(`quit ${code}`),
    suspend: () => effects.push('suspend'),
    redraw: () => effects.push('redraw'),
    copy: text => effects.push(`copy ${text}`),
    save: async (what, nodes) => {
      effects.push(`save ${what} ${nodes.length}`)
      return [`${what}.json`]
    },
  }
  const text = (): string[] => screenText(store.screen())
  return {
    press: (...keys) => store.press(keys, asked),
    screen: store.screen,
    text,
    line: part => text().find(line => line.includes(part)),
    resize: store.resize,
    paste: store.paste,
    effects,
    stop: store.stop,
  }
}

/** A session that is told what to show. */
export function scriptedSession(first: Snapshot): {
  session: Session
  show: (snapshot: Snapshot, status?: Partial<SessionStatus>) => void
  asked: string[]
} {
  let snapshot = first
  let status: SessionStatus = { mode: 'live', collecting: false, intervalMs: 1000 }
  const listeners = new Set<() => void>()
  const asked: string[] = []
  const session: Session = {
    snapshot: () => snapshot,
    status: () => status,
    subscribe: listener => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    refresh: () => asked.push('refresh'),
    setVisible: ({ namespaceId, tab }) => asked.push(`${namespaceId} ${tab}`),
    stop: () => asked.push('stop'),
  }
  return {
    session,
    asked,
    show: (next, changed = {}) => {
      snapshot = next
      status = { ...status, checkedAt: NOW, ...changed }
      for (const listener of listeners) listener()
    },
  }
}

/** The rows of a screen as they read, drawn by the real components. */
export function screenText(
  screen: ScreenModel,
  theme = createTheme({ color: false, ascii: false }),
): string[] {
  return drawn(screen, theme).map(row => row.replaceAll(sgr, ''))
}

/** The rows of a screen with their styles told in angle brackets, so that a stored frame can be read. */
export function screenStyles(screen: ScreenModel, theme: Theme): string[] {
  return drawn(screen, theme).map(row => row.replaceAll(sgr, (_, code: string) => `<${code}>`))
}

// oxlint-disable-next-line no-control-regex -- SGR sequences begin with ESC.
const sgr = /\x1b\[([\d;]+)m/g

function drawn(screen: ScreenModel, theme: Theme): string[] {
  const columns =
    screen.kind === 'message'
      ? screen.columns
      : screen.panes.reduce((sum, pane) => sum + pane.outerColumns, 0)
  return renderToString(<Browser screen={screen} theme={theme} />, { columns }).split('\n')
}
