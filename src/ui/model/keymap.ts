import type { Binding, Context } from './binding.ts'
import type { Command } from './command.ts'
import { dialogBindings } from './dialog/keys.ts'
import type { KeyName } from './keys.ts'
import { views } from './views/index.ts'

export type { Binding, Context } from './binding.ts'

/** The one table of keys: what they do, the help screen, the footer and the documentation are all made from it. */
export const bindings: readonly Binding[] = [
  ...views.map(
    ({ id, key, description }): Binding => ({
      command: `view-${id}`,
      keys: [key],
      context: 'views',
      description,
    }),
  ),
  {
    command: 'open',
    keys: ['enter'],
    context: 'pane',
    description: 'Open: the tabs of what is chosen, where a relation leads, all of a row',
    footer: 'open',
  },
  {
    command: 'back',
    keys: ['escape'],
    context: 'pane',
    description: 'Clear the filter, or go back to where one came from',
  },
  { command: 'history-back', keys: ['<'], context: 'pane', description: 'The place before this one' },
  { command: 'history-forward', keys: ['>'], context: 'pane', description: 'Forward again after <' },
  { command: 'next-pane', keys: ['tab'], context: 'pane', description: 'Next pane', footer: 'pane' },
  { command: 'previous-pane', keys: ['shift-tab'], context: 'pane', description: 'Previous pane' },
  { command: 'previous-tab', keys: ['[', 'left'], context: 'pane', description: 'Previous tab' },
  { command: 'next-tab', keys: [']', 'right'], context: 'pane', description: 'Next tab', footer: 'tab' },
  {
    command: 'filter',
    keys: ['/'],
    context: 'pane',
    description: 'Filter: text, !text, ~fuzzy, column=text; all words must match',
    footer: 'filter',
  },
  {
    command: 'palette',
    keys: [':'],
    context: 'global',
    description: 'Find anything: views, commands, names, ids, addresses, MACs, ports, marks, rules',
    footer: 'find',
  },
  {
    command: 'wiring',
    keys: ['w'],
    context: 'pane',
    description: 'Wiring: a drawing of what it is tied to',
    footer: 'wiring',
  },
  {
    command: 'trace',
    keys: ['t'],
    context: 'pane',
    description: 'Trace: how a connection comes there; in view 7 a target to type',
    footer: 'trace',
  },
  {
    command: 'actions',
    keys: ['a'],
    context: 'pane',
    description:
      'Actions: what can be done to what is chosen, and what can be made; nothing is sent before it is confirmed',
    footer: 'actions',
  },
  { command: 'sort', keys: ['s'], context: 'pane', description: 'Sort by the next column', footer: 'sort' },
  { command: 'sort-reverse', keys: ['S'], context: 'pane', description: 'Reverse the order' },
  {
    command: 'problems',
    keys: ['z'],
    context: 'pane',
    description: 'Show only rows with a problem',
    footer: 'problems',
  },
  {
    command: 'json',
    keys: ['y'],
    context: 'pane',
    description: 'The row as JSON, as a snapshot holds it',
    footer: 'json',
  },
  {
    command: 'origin',
    keys: ['o'],
    context: 'pane',
    description: 'Origin: how this was read, when, and what it took',
    footer: 'origin',
  },
  {
    command: 'undo',
    keys: ['u'],
    context: 'pane',
    description: 'In the log of actions (@): the plan that takes the chosen one back',
  },
  {
    command: 'follow-path',
    keys: ['m'],
    context: 'pane',
    description: 'Movement: in view 7 read the counters along the path every second, and tell which move',
  },
  { command: 'copy', keys: ['c'], context: 'pane', description: 'Copy the row to the clipboard (OSC 52)' },

  { command: 'down', keys: ['j', 'down'], context: 'move', description: 'Down' },
  { command: 'up', keys: ['k', 'up'], context: 'move', description: 'Up' },
  { command: 'half-page-down', keys: ['ctrl-d'], context: 'move', description: 'Half a page down' },
  { command: 'half-page-up', keys: ['ctrl-u'], context: 'move', description: 'Half a page up' },
  { command: 'page-down', keys: ['page-down', ' '], context: 'move', description: 'Page down' },
  { command: 'page-up', keys: ['page-up'], context: 'move', description: 'Page up' },
  { command: 'first', keys: ['g', 'home'], context: 'move', description: 'First row' },
  { command: 'last', keys: ['G', 'end'], context: 'move', description: 'Last row' },
  {
    command: 'scroll-left',
    keys: ['H'],
    context: 'move',
    description: 'To the left in a drawing that is wider than the screen',
  },
  { command: 'scroll-right', keys: ['L'], context: 'move', description: 'And to the right' },

  {
    command: 'close',
    keys: ['escape', 'enter', 'q'],
    context: 'overlay',
    description: 'Close',
    footer: 'close',
  },
  {
    command: 'copy',
    keys: ['c'],
    context: 'overlay',
    description: 'Copy all of it to the clipboard (OSC 52)',
    footer: 'copy',
  },
  {
    command: 'scroll-left',
    keys: ['left'],
    context: 'overlay',
    description: 'To the left in a drawing that is wider than the screen',
  },
  { command: 'scroll-right', keys: ['right'], context: 'overlay', description: 'And to the right' },

  {
    command: 'filter-keep',
    keys: ['enter'],
    context: 'filter',
    description: 'Keep the filter',
    footer: 'keep',
  },
  {
    command: 'filter-clear',
    keys: ['escape'],
    context: 'filter',
    description: 'Clear the filter',
    footer: 'clear',
  },
  {
    command: 'filter-erase',
    keys: ['backspace', 'delete'],
    context: 'filter',
    description: 'Erase a character',
  },
  { command: 'filter-erase-all', keys: ['ctrl-u'], context: 'filter', description: 'Erase all' },
  { command: 'down', keys: ['down'], context: 'filter', description: 'Down' },
  { command: 'up', keys: ['up'], context: 'filter', description: 'Up' },
  { command: 'interrupt', keys: ['ctrl-c'], context: 'filter', description: 'Quit at once' },
  { command: 'suspend', keys: ['ctrl-z'], context: 'filter', description: 'Suspend; fg comes back' },
  { command: 'redraw', keys: ['ctrl-l'], context: 'filter', description: 'Draw the screen anew' },

  {
    command: 'export-snapshot',
    keys: ['s'],
    context: 'export',
    description: 'A snapshot, to be opened again with cnmtop open',
    footer: 'snapshot',
  },
  {
    command: 'export-redacted',
    keys: ['r'],
    context: 'export',
    description: 'The same with pseudonyms for names and addresses, to give away',
    footer: 'redacted',
  },
  {
    command: 'export-report',
    keys: ['m'],
    context: 'export',
    description: 'A report to read, in Markdown',
    footer: 'report',
  },

  {
    command: 'palette-run',
    keys: ['enter'],
    context: 'palette',
    description: 'Go there, or do it',
    footer: 'go',
  },
  { command: 'palette-close', keys: ['escape'], context: 'palette', description: 'Close', footer: 'close' },
  {
    command: 'palette-up',
    keys: ['up', 'shift-tab'],
    context: 'palette',
    description: 'Up; from the first one, what was looked for before',
    footer: 'before',
  },
  { command: 'palette-down', keys: ['down', 'tab'], context: 'palette', description: 'Down' },
  {
    command: 'palette-erase',
    keys: ['backspace', 'delete'],
    context: 'palette',
    description: 'Erase a character',
  },
  { command: 'palette-erase-all', keys: ['ctrl-u'], context: 'palette', description: 'Erase all' },
  { command: 'interrupt', keys: ['ctrl-c'], context: 'palette', description: 'Quit at once' },
  { command: 'suspend', keys: ['ctrl-z'], context: 'palette', description: 'Suspend; fg comes back' },
  { command: 'redraw', keys: ['ctrl-l'], context: 'palette', description: 'Draw the screen anew' },

  ...dialogBindings,

  {
    command: 'freeze',
    keys: ['f'],
    context: 'global',
    description: 'Freeze the screen, or follow again',
    footer: 'freeze',
  },
  {
    command: 'export',
    keys: ['e'],
    context: 'global',
    description: 'Write a snapshot or a report to a file',
  },
  {
    command: 'next-node',
    keys: ['n'],
    context: 'global',
    description: 'Raw rows of the next node of a cluster',
  },
  { command: 'previous-node', keys: ['N'], context: 'global', description: 'And of the one before' },
  { command: 'refresh', keys: ['r'], context: 'global', description: 'Read everything again now' },
  { command: 'help', keys: ['?'], context: 'global', description: 'This help', footer: 'help' },
  { command: 'quit', keys: ['q'], context: 'global', description: 'Quit', footer: 'quit' },
  { command: 'interrupt', keys: ['ctrl-c'], context: 'global', description: 'Quit at once' },
  { command: 'suspend', keys: ['ctrl-z'], context: 'global', description: 'Suspend; fg comes back' },
  { command: 'redraw', keys: ['ctrl-l'], context: 'global', description: 'Draw the screen anew' },
]

/** The situations that a key can be pressed in, with the contexts that hold there, the strongest first. */
export const situations = {
  pane: ['pane', 'move', 'views', 'global'],
  overlay: ['overlay', 'move', 'views', 'global'],
  filter: ['filter'],
  palette: ['palette'],
  export: ['export', 'overlay', 'move', 'global'],
  menu: ['menu', 'move', 'dialog'],
  form: ['form', 'dialog'],
  plan: ['plan', 'move', 'dialog'],
  word: ['word', 'dialog'],
  run: ['run', 'move', 'dialog'],
} as const satisfies Record<string, readonly Context[]>

export type Situation = keyof typeof situations

/** What a key asks for; undefined when nothing is bound to it. */
export function commandFor(
  key: KeyName,
  situation: Situation,
  table: readonly Binding[] = bindings,
): Command | undefined {
  for (const context of situations[situation]) {
    const found = table.find(binding => binding.context === context && binding.keys.includes(key))
    if (found) return found.command
  }
  return undefined
}
