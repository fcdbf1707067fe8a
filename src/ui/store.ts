import type { Snapshot } from '../snapshot/index.ts'
import { errorMessage } from '../util/errors.ts'
import type { Effects, SaveKind, Store, StoreOptions } from './contract.ts'
import { createDialogs } from './dialogs.ts'
import { createForesight } from './foresight.ts'
import { createGraphKeeper } from './graph-keeper.ts'
import { createFirstReading } from './model/first-reading.ts'
import { createRepeats } from './model/repeats.ts'
import { advance } from './model/rates.ts'
import { advanceLog } from './model/log.ts'
import { questionId } from './model/trace/answers.ts'
import { chosenQuestion, withQuestion } from './model/trace/ask.ts'
import type { Question } from '../lb/index.ts'
import { textToCopy } from './model/copy.ts'
import { type Data, nodeOfSnapshot, sameNamespaces, snapshotOfNode } from './model/data.ts'
import type { Command } from './model/command.ts'
import { commandFor } from './model/keymap.ts'
import { paletteChoice } from './model/palette/palette.ts'
import type { Entry } from './model/palette/entry.ts'
import { type Action, reduce } from './model/reducer.ts'
import { isSameScreen } from './model/same-screen.ts'
import { screenModel, situationOf, stageOf } from './model/screen.ts'
import type { Session, Visible } from './model/session.ts'
import { initialState, type Toast } from './model/state.ts'
import { isSameVisible, visibleNow } from './model/visible.ts'
import { moved } from './model/movement.ts'

const TICK_MS = 1000
const TOAST_MS = 3000
const INTERRUPTED = 130

/** Holds the state of the screen and what the session last told. Starts listening to the session at once. */
export function createStore(
  session: Session,
  { columns, rows, view, bindings, actions, clock }: StoreOptions,
): Store {
  const listeners = new Set<() => void>()
  let state = initialState(columns, rows, view, bindings)
  const graphs = createGraphKeeper(() => takeGraph())
  const first = createFirstReading()
  let data: Data = { ...dataOf(session.snapshot()), history: undefined }
  if (data.nodes.length > 1)
    state = { ...state, place: { ...state.place, node: nodeOfSnapshot(data, data.snapshot)?.id } }
  let screen = screenModel(state, data, clock())
  let visible: Visible | undefined
  let isSwitching = false
  let hasGraph = false

  /** What is made of a snapshot and of how the session is doing. */
  function dataOf(
    snapshot: Snapshot,
  ): Pick<Data, 'snapshot' | 'nodes' | 'graph' | 'status' | 'isFirstReading'> {
    const status = session.status()
    // A frozen screen shows what was read until then.
    if (!state.isFrozen) first.take(snapshot, status)
    const nodes = session.nodes?.() ?? [snapshot]
    const isFirstReading = !first.isOver()
    return { snapshot, nodes, graph: graphs.update(nodes, !isFirstReading), status, isFirstReading }
  }

  /** A place has its node: where one comes to a place of another one, its rows are there before any is chosen. */
  function dispatch(action: Action): void {
    const next = reduce(state, action, stageOf(data, clock()))
    const isElsewhere = next.place.node !== state.place.node && showNode(next.place.node)
    state = isElsewhere ? reduce(state, action, stageOf(data, clock())) : next
    showNode(state.place.node)
  }

  /** Tells the session what is on the screen, and the listeners when it looks different. */
  function publish(): void {
    const needed = visibleNow(state, data, clock())
    const history = advance(data.history, data.snapshot, needed.namespaceId, session.elapsed)
    if (history !== data.history) data = { ...data, history }
    if (data.status.mode === 'live' && !state.isFrozen) {
      hasGraph ||= first.isKernelRead() && !graphs.isDue()
      // What comes until all is read for the first time, or when the daemon first tells the names, is no change.
      const isTold = hasGraph && first.isOver()
      const phase = isTold ? (data.snapshot.docker ? 'named' : 'nameless') : undefined
      data = moved(state, data, needed, phase, clock())
    }
    if (!isSameVisible(needed, visible)) {
      visible = needed
      session.setVisible(needed)
    }
    const next = screenModel(state, data, clock())
    if (isSameScreen(screen, next)) return
    screen = next
    for (const listener of listeners) listener()
  }

  function takeData(): void {
    const snapshot =
      state.isFrozen && !isSwitching ? data.snapshot : sameNamespaces(data.snapshot, session.snapshot())
    const isSameNode = snapshot.host.bootId === data.snapshot.host.bootId
    // Rates are those of one node; and what is read for the first time did not just come.
    const history = isSameNode ? data.history : undefined
    const log =
      first.isKernelRead() && isSameNode
        ? advanceLog(data.log ?? [], data.snapshot, snapshot, clock())
        : data.log
    data = { ...data, ...dataOf(snapshot), history, ...(log && { log }) }
    if (isSwitching) return
    dispatch({ type: 'data' })
    publish()
  }

  /** A graph that had to wait was made. */
  function takeGraph(): void {
    data = { ...data, graph: graphs.update(data.nodes, first.isOver()) }
    dispatch({ type: 'data' })
    publish()
  }

  function say(text: string, tone: Toast['tone'], forMs = TOAST_MS): void {
    dispatch({ type: 'toast', toast: { text, tone, until: clock() + forMs } })
  }

  /** Once a second: data gets older, and a message that has been read goes. */
  function tick(): void {
    if (state.toast !== undefined && state.toast.until <= clock())
      dispatch({ type: 'toast', toast: undefined })
    data = { ...data, status: session.status() }
    dialogs.tick()
    publish()
  }

  /** Goes to what was chosen in the palette, or does it. */
  function choose(choice: Entry | undefined, effects: Effects): void {
    if (!choice) return
    if ('command' in choice.goal) return run(choice.goal.command, effects)
    if ('question' in choice.goal) return ask(choice.goal.question)
    if ('panel' in choice.goal) return dialogs.open(choice.goal)
    const before = state
    showNode(choice.goal.target.node)
    dispatch({ type: 'follow', target: choice.goal.target })
    if (state === before) say(`${choice.kind} ${choice.name} is not here any more.`, 'warn')
  }

  /** Puts a question first in the list of traces, and goes there. */
  function ask(question: Question): void {
    data = withQuestion(data, question)
    dispatch({ type: 'follow', target: { view: 'trace', id: questionId(question) } })
  }

  function traceChosen(): void {
    if (state.place.view === 'trace') return
    const question = chosenQuestion(state, data)
    if (question) ask(question)
    else say('Nobody connects to this: choose a service, a task, a port, an endpoint or a sandbox.', 'warn')
  }

  /**
   * Makes another node of a cluster the one that raw rows are shown of. What is chosen is not looked for among them.
   *
   * @returns false when it is that already, or there is no such node
   */
  function showNode(id: string | undefined): boolean {
    const node = id === undefined ? undefined : snapshotOfNode(data, id)
    if (!node || node === data.snapshot || !session.chooseNode) return false
    isSwitching = true
    session.chooseNode(node)
    isSwitching = false
    return true
  }

  /** The screen goes on while files are written. */
  async function save(what: SaveKind, effects: Effects): Promise<void> {
    try {
      say(`Wrote ${(await effects.save(what, data.nodes)).join(', ')}`, 'ok')
    } catch (error) {
      say(errorMessage(error), 'bad')
    }
    publish()
  }

  function chooseNode(step: number): void {
    const { nodes, snapshot } = data
    const next = nodes.at((nodes.indexOf(snapshot) + step) % nodes.length)
    const node = next && nodeOfSnapshot(data, next)
    if (nodes.length < 2 || node === undefined) return say('There is one node only.', 'warn')
    showNode(node.id)
    dispatch({ type: 'node', node: node.id })
    say(`Raw rows are those of ${node.name} now.`, 'ok')
  }

  function run(command: Command, effects: Effects, isAlone = true): void {
    if (dialogs.run(command, isAlone)) return
    if (command === 'open' && state.place.focus === 'detail') {
      showNode(stageOf(data, clock()).target(state)?.node)
    }
    const choice = paletteChoice(state, data)
    const isFile = data.status.mode === 'file'
    dispatch({ type: 'command', command })
    switch (command) {
      case 'quit':
        return dialogs.mayLeave() ? effects.quit(0) : undefined
      case 'interrupt':
        return effects.quit(INTERRUPTED)
      case 'suspend':
        return effects.suspend()
      case 'redraw':
        return effects.redraw()
      case 'trace':
        return traceChosen()
      case 'refresh':
        session.refresh()
        return say(isFile ? 'This is a file: there is nothing to read again.' : 'Reading again …', 'ok')
      case 'follow-path':
        return isFile ? say('This is a file: nothing moves.', 'warn') : undefined
      case 'palette-run':
        return choose(choice, effects)
      case 'export-snapshot':
      case 'export-redacted':
      case 'export-report':
        return void save(command, effects)
      case 'next-node':
        return chooseNode(1)
      case 'previous-node':
        return chooseNode(-1)
      case 'freeze':
        return state.isFrozen ? undefined : takeData()
      case 'copy': {
        const text = textToCopy(state, data, clock())
        if (text === undefined) return say('There is nothing to copy here.', 'warn')
        effects.copy(text)
        return say(`Sent ${text.length} characters to the clipboard of the terminal (OSC 52).`, 'ok')
      }
      default:
    }
  }

  const repeats = createRepeats(clock)
  let copy: Effects['copy'] = () => {}
  const dialogs = createDialogs(actions, {
    state: () => state,
    data: () => data,
    now: clock,
    show: dialog => dispatch({ type: 'dialog', dialog }),
    takeDesk: desk => {
      data = { ...data, desk }
    },
    say,
    ask,
    copy: text => copy(text),
    refresh: () => session.refresh(),
    publish,
  })
  const foresight = createForesight(
    command => void reduce(state, { type: 'command', command }, stageOf(data, clock())),
    () => first.isOver(),
  )
  const unsubscribe = session.subscribe(takeData)
  const timer = setInterval(tick, TICK_MS)
  timer.unref()
  publish()

  return {
    screen: () => screen,
    subscribe(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    press(keys, effects) {
      dispatch({ type: 'touch' })
      foresight.touch()
      copy = effects.copy
      for (const key of keys) {
        const before = state.dialog?.kind
        const isRepeat = repeats(key)
        const situation = situationOf(state)
        // Several keys at once were not typed letter by letter: none of them counts.
        const isPiece = situation === 'word' && keys.length > 1
        const command = isPiece ? undefined : commandFor(key, situation, state.bindings)
        if (isPiece) dialogs.type(key, false)
        else if (command !== undefined) run(command, effects, keys.length === 1 && !isRepeat)
        else if ([...key].length !== 1) continue
        else if (state.dialog) dialogs.type(key, keys.length === 1)
        else if (situation === 'filter' || situation === 'palette') dispatch({ type: 'text', text: key })
        // What came with the key that opened or left a dialog was not meant for what is there now.
        if (state.dialog?.kind !== before) break
      }
      publish()
    },
    paste(text) {
      if (state.dialog) dialogs.paste(text)
      else dispatch({ type: 'text', text: text.replaceAll(/\s+/g, ' ') })
      publish()
    },
    resize(newColumns, newRows) {
      dispatch({ type: 'resize', columns: newColumns, rows: newRows })
      publish()
    },
    stop() {
      unsubscribe()
      clearInterval(timer)
      graphs.stop()
      foresight.stop()
    },
  }
}
