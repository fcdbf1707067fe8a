import type { Binding } from '../binding.ts'

/** The keys of actions, from their menu to what became of them. */
export const dialogBindings: readonly Binding[] = [
  { command: 'menu-open', keys: ['enter'], context: 'menu', description: 'Fill it in', footer: 'choose' },
  {
    command: 'dialog-close',
    keys: ['escape', 'q', 'a'],
    context: 'menu',
    description: 'Close',
    footer: 'close',
  },

  {
    command: 'form-enter',
    keys: ['enter'],
    context: 'form',
    description: 'Show the plan: nothing is sent yet. On a line that begins with + one more row',
    footer: 'plan',
  },
  { command: 'form-next', keys: ['tab', 'down'], context: 'form', description: 'Next field', footer: 'next' },
  { command: 'form-previous', keys: ['shift-tab', 'up'], context: 'form', description: 'Field before' },
  {
    command: 'form-left',
    keys: ['left'],
    context: 'form',
    description: 'Cursor to the left; the choice before; a blank takes the next one',
  },
  {
    command: 'form-right',
    keys: ['right'],
    context: 'form',
    description: 'Cursor to the right; next choice',
  },
  { command: 'form-home', keys: ['home', 'ctrl-a'], context: 'form', description: 'Cursor to the beginning' },
  { command: 'form-end', keys: ['end', 'ctrl-e'], context: 'form', description: 'Cursor to the end' },
  { command: 'form-erase', keys: ['backspace'], context: 'form', description: 'Erase a character' },
  {
    command: 'form-erase-forward',
    keys: ['delete', 'ctrl-d'],
    context: 'form',
    description: 'Erase the character under the cursor',
  },
  { command: 'form-erase-word', keys: ['ctrl-w'], context: 'form', description: 'Erase a word' },
  { command: 'form-erase-all', keys: ['ctrl-u'], context: 'form', description: 'Erase all' },
  {
    command: 'form-remove-row',
    keys: ['ctrl-x'],
    context: 'form',
    description: 'Take the row away that the cursor is in',
    footer: 'row away',
  },
  { command: 'dialog-close', keys: ['escape'], context: 'form', description: 'Close', footer: 'close' },

  {
    command: 'plan-enter',
    keys: ['enter'],
    context: 'plan',
    description: 'Press the button that is marked: Cancel, until another one is chosen',
    footer: 'press',
  },
  {
    command: 'plan-next',
    keys: ['tab', 'right', 'l'],
    context: 'plan',
    description: 'Next button',
    footer: 'button',
  },
  {
    command: 'plan-previous',
    keys: ['shift-tab', 'left', 'h'],
    context: 'plan',
    description: 'Button before',
  },
  {
    command: 'plan-copy',
    keys: ['c'],
    context: 'plan',
    description: 'Copy the docker command to the clipboard (OSC 52)',
    footer: 'copy',
  },
  { command: 'dialog-close', keys: ['escape', 'q'], context: 'plan', description: 'Back', footer: 'back' },

  {
    command: 'plan-next',
    keys: ['tab', 'down'],
    context: 'word',
    description: 'Next button',
    footer: 'button',
  },
  { command: 'plan-previous', keys: ['shift-tab', 'up'], context: 'word', description: 'Button before' },
  { command: 'word-erase', keys: ['backspace', 'delete'], context: 'word', description: 'Erase a character' },
  { command: 'word-erase-all', keys: ['ctrl-u', 'ctrl-w'], context: 'word', description: 'Erase all' },
  { command: 'dialog-close', keys: ['escape'], context: 'word', description: 'Back', footer: 'back' },

  {
    command: 'run-trace',
    keys: ['enter', 't'],
    context: 'run',
    description: 'The way of a packet to what was made',
    footer: 'trace',
  },
  {
    command: 'run-undo',
    keys: ['u'],
    context: 'run',
    description: 'The plan that takes it back',
    footer: 'undo',
  },
  {
    command: 'run-copy',
    keys: ['c'],
    context: 'run',
    description: 'Copy what is told (OSC 52)',
    footer: 'copy',
  },
  {
    command: 'dialog-close',
    keys: ['escape', 'q'],
    context: 'run',
    description: 'Close; it goes on, and a comes back to it',
    footer: 'close',
  },

  { command: 'interrupt', keys: ['ctrl-c'], context: 'dialog', description: 'Quit at once' },
  { command: 'suspend', keys: ['ctrl-z'], context: 'dialog', description: 'Suspend; fg comes back' },
  { command: 'redraw', keys: ['ctrl-l'], context: 'dialog', description: 'Draw the screen anew' },
]
