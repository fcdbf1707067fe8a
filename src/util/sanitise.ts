/**
 * Text that the world names (interfaces, paths, processes, comments in rules) can hold escape sequences and lies.
 * Nothing of it meets a terminal before it went through here.
 */

/**
 * What never reaches a terminal as it is: control characters (C0, DEL, C1), format characters (bidirectional
 * controls, zero-width characters), line and paragraph separators, lone surrogates, noncharacters, and what joins
 * with its neighbours into a shape whose width terminals do not agree on (regional indicators, emoji modifiers, a
 * combining mark with nothing before it, a heap of marks).
 */
const unsafe =
  /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}\p{Default_Ignorable_Code_Point}\p{Noncharacter_Code_Point}\p{RI}\p{EMod}]|^\p{M}+|(?<=\p{M}{3})\p{M}+/gu

/** Printable ASCII only: nothing to do. The common case by far. */
const plain = /^[ -~]*$/

/**
 * Replaces each unsafe character by a visible escape: `\x1b`, `\n`, `\u202e`, `\u{e0001}`. Everything else stays, so
 * an interface may still be called `ネットワーク0`.
 */
export function sanitise(text: string): string {
  return plain.test(text) ? text : text.replace(unsafe, escapeAll)
}

const named: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t' }

function escapeAll(run: string): string {
  let escaped = ''
  for (const character of run) escaped += named[character] ?? escapeCodePoint(character.codePointAt(0) ?? 0)
  return escaped
}

function escapeCodePoint(code: number): string {
  const hex = code.toString(16)
  if (code <= 0xff) return `\\x${hex.padStart(2, '0')}`
  return code <= 0xffff ? `\\u${hex.padStart(4, '0')}` : `\\u{${hex}}`
}
