import type { Command } from './command.ts'
import type { KeyName } from './keys.ts'

/**
 * Where a binding holds: `global` and `views` nearly everywhere, `move` wherever there is something to scroll, `pane` in the lists,
 * `overlay` in what lies over them, `filter` and `palette` while something is typed (there the other keys are text),
 * `export` in the menu of what can be written. Of actions: `menu` in their menu, `form` while one is filled in, `plan` before it is
 * sent, `word` while its name is typed to confirm it, `run` after that, and `dialog` in all of these.
 */
export type Context =
  | 'global'
  | 'views'
  | 'move'
  | 'pane'
  | 'overlay'
  | 'filter'
  | 'palette'
  | 'export'
  | 'menu'
  | 'form'
  | 'plan'
  | 'word'
  | 'run'
  | 'dialog'

export type Binding = {
  readonly command: Command
  readonly keys: readonly KeyName[]
  readonly context: Context
  readonly description: string
  /** Short words for the footer, for the bindings that it shows, in the order of this table. */
  readonly footer?: string
}
