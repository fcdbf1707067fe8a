import { useApp, useInput, usePaste } from 'ink'
import { type ReactElement, useEffect, useMemo, useSyncExternalStore } from 'react'
import type { Theme } from './components/theme.ts'
import { keysOf } from './model/keys.ts'
import { Browser } from './screens/browser.tsx'
import type { Effects, Store } from './contract.ts'
import { osc52 } from './osc52.ts'

type Props = {
  readonly store: Store
  readonly theme: Theme
  readonly write: (text: string) => void
  readonly quit: (exitCode: number) => void
  readonly save: Effects['save']
  /** Stops this process until it is told to go on. */
  readonly stopProcess: () => Promise<void>
  /** Hands out what the terminal can be asked for, for signals. */
  readonly onEffects: (effects: Effects) => void
}

/** The whole terminal UI: keys in, frames out. */
export function App({ store, theme, write, quit, save, stopProcess, onEffects }: Props): ReactElement {
  const { suspendTerminal } = useApp()
  const screen = useSyncExternalStore(store.subscribe, store.screen)
  const effects = useMemo<Effects>(
    () => ({
      quit,
      suspend: () => void suspendTerminal(stopProcess).catch(ignoreSuspended),
      // Leaving the alternate screen and coming back is the one way to have all of it drawn again.
      redraw: () => void suspendTerminal(() => {}).catch(ignoreSuspended),
      copy: text => write(osc52(text)),
      save,
    }),
    [quit, save, suspendTerminal, stopProcess, write],
  )
  useEffect(() => onEffects(effects), [onEffects, effects])
  useInput((input, key) => store.press(keysOf(input, key), effects))
  usePaste(text => store.paste(text))
  return <Browser screen={screen} theme={theme} />
}

/** Asked to leave the screen while it is left already: it comes back by itself. */
function ignoreSuspended(): void {}
