/** A key by its name: one character as typed (`j`, `G`, `?`), or a word (`enter`, `page-down`, `ctrl-d`). */
export type KeyName = string

/** The part of what Ink's `useInput` hands over that names a key. */
export type InkKey = {
  readonly upArrow: boolean
  readonly downArrow: boolean
  readonly leftArrow: boolean
  readonly rightArrow: boolean
  readonly pageUp: boolean
  readonly pageDown: boolean
  readonly home: boolean
  readonly end: boolean
  readonly return: boolean
  readonly escape: boolean
  readonly tab: boolean
  readonly backspace: boolean
  readonly delete: boolean
  readonly ctrl: boolean
  readonly shift: boolean
  readonly meta: boolean
  readonly eventType?: 'press' | 'repeat' | 'release'
}

const flags = [
  ['upArrow', 'up'],
  ['downArrow', 'down'],
  ['leftArrow', 'left'],
  ['rightArrow', 'right'],
  ['pageUp', 'page-up'],
  ['pageDown', 'page-down'],
  ['home', 'home'],
  ['end', 'end'],
  ['return', 'enter'],
  ['escape', 'escape'],
  ['backspace', 'backspace'],
  ['delete', 'delete'],
] as const

const controls: Readonly<Record<string, KeyName>> = {
  '\r': 'enter',
  '\n': 'enter',
  '\t': 'tab',
  '\b': 'backspace',
  '\x7f': 'backspace',
  '\x1b': 'escape',
}

/**
 * The keys of one call of Ink's `useInput`. Ink hands over what the terminal sent at once: `jjj` typed quickly, or
 * held down over a slow line, is one call with three keys in it.
 */
export function keysOf(input: string, key: InkKey): KeyName[] {
  if (key.eventType === 'release') return []
  if (key.tab) return [key.shift ? 'shift-tab' : 'tab']
  for (const [flag, name] of flags) if (key[flag]) return [name]
  if (key.ctrl) return input === '' ? [] : [`ctrl-${input}`]
  const keys = [...input].map(keyOf)
  // Escape and a key in one write: Ink takes them for the key with the Alt key held down, which nothing is bound to.
  return key.meta && keys.length > 0 ? ['escape', ...keys] : keys
}

function keyOf(character: string): KeyName {
  const control = controls[character]
  if (control !== undefined) return control
  const code = character.charCodeAt(0)
  return code < 0x20 ? `ctrl-${String.fromCharCode(code + 0x60)}` : character
}

const keyWords = new Set(
  'up down left right enter escape tab shift-tab backspace delete home end page-up page-down'.split(' '),
)

/** Whether a key of this name can ever be pressed. */
export function isKeyName(key: KeyName): boolean {
  return keyWords.has(key) || /^ctrl-[a-z]$/.test(key) || [...key].length === 1
}

const labels: Readonly<Record<string, string>> = {
  up: '↑',
  down: '↓',
  left: '←',
  right: '→',
  enter: 'Enter',
  escape: 'Esc',
  tab: 'Tab',
  'shift-tab': 'Shift-Tab',
  backspace: 'Backspace',
  delete: 'Del',
  home: 'Home',
  end: 'End',
  'page-up': 'PgUp',
  'page-down': 'PgDn',
  ' ': 'Space',
}

/** A key as people write it: `Ctrl-D`, `PgDn`, `j`. */
export function keyLabel(key: KeyName): string {
  return labels[key] ?? (key.startsWith('ctrl-') ? `Ctrl-${key.slice(5).toUpperCase()}` : key)
}
