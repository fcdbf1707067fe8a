import type { Outcome, Plan, Progress } from '../../src/actions/plan.ts'
import { fileDesk } from '../../src/commands/action-desk.ts'
import type { Snapshot } from '../../src/snapshot/index.ts'
import type { ActionPort } from '../../src/ui/contract.ts'
import type { AuditRow } from '../../src/ui/model/desk.ts'
import { lineText } from '../../src/ui/model/span.ts'
import type { Session } from '../../src/ui/model/session.ts'
import { NOW, type User, userOf } from './user.tsx'

/** A desk that plans as the program does and sends nothing: it notes what would have been sent, and ends as it is told. */
export type FakeDesk = ActionPort & {
  readonly sent: Plan[]
  /** Ends the action that goes on, with what became of it. */
  readonly end: (outcome: Outcome) => Promise<void>
  readonly tell: (progress: Progress) => void
}

export type FakeDeskOptions = {
  readonly whyNotSent?: string
  readonly audit?: readonly AuditRow[]
  readonly prepare?: ActionPort['prepare']
}

export function fakeDesk({ whyNotSent, audit = [], prepare }: FakeDeskOptions = {}): FakeDesk {
  const sent: Plan[] = []
  let running:
    | { readonly end: (outcome: Outcome) => void; readonly tell: (progress: Progress) => void }
    | undefined
  return {
    sent,
    // The program's own: what it plans is what is tested.
    plan: fileDesk.plan,
    suggest: fileDesk.suggest,
    whyNot: fileDesk.whyNot,
    whyNotSent,
    prepare: prepare ?? fileDesk.prepare,
    execute: async (plan, onProgress) => {
      sent.push(plan)
      const { promise, resolve } = Promise.withResolvers<Outcome>()
      running = { end: resolve, tell: onProgress }
      return promise
    },
    audit: async () => audit,
    end: async outcome => {
      running?.end(outcome)
      await settled()
    },
    tell: progress => running?.tell(progress),
  }
}

/** Promises that are kept have told so. */
export async function settled(): Promise<void> {
  for (let turn = 0; turn < 10; turn++) await Promise.resolve()
}

/** A user whose keys come one by one, with time between them. */
export type Operator = User & {
  /** Each key by itself, as a person presses it; what is asked of the daemon meanwhile is answered. */
  readonly keys: (...keys: string[]) => Promise<void>
  /** Nothing is pressed for so long. */
  readonly wait: (milliseconds: number) => void
  /** What the screen says, without drawing it. */
  readonly seen: () => string
  /** From the lists to the form, or the plan, of an action by its title. */
  readonly choose: (title: string) => Promise<void>
  /** From a plan that was opened: chooses the button that sends, waits until it can be pressed, and presses it. */
  readonly confirm: () => Promise<void>
}

/** Nobody types faster than this for long. */
const KEY_MS = 80

export function operatorOf(
  session: Snapshot | Session,
  desk: ActionPort | undefined,
  { columns = 120, rows = 40, view = 'networks' } = {},
): Operator {
  let now = NOW
  const user = userOf(session, columns, rows, view, { actions: desk, clock: () => now })
  const keys = async (...pressed: string[]): Promise<void> => {
    for (const key of pressed) {
      now += KEY_MS
      user.press(key)
      await settled()
    }
  }
  const wait = (milliseconds: number): void => {
    now += milliseconds
    user.resize(columns, rows)
  }
  const seen = (): string => {
    const screen = user.screen()
    if (screen.kind === 'message') return screen.text
    const panes = screen.panes.flatMap(({ title, lines }) => [{ spans: title }, ...lines])
    return [screen.header, screen.crumbs, ...panes, screen.footer].map(lineText).join('\n')
  }
  return {
    ...user,
    seen,
    keys,
    wait,
    async choose(title) {
      await keys('a')
      const isChosen = (): boolean => new RegExp(`^▌.*${title}`, 'm').test(seen())
      for (let step = 0; step < 30 && !isChosen(); step++) await keys('j')
      wait(1000)
      await keys('enter')
    },
    async confirm() {
      await keys('tab')
      wait(400)
      await keys('enter')
    },
  }
}
