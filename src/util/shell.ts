import { sanitise } from './sanitise.ts'

/** A word of a shell's command line. Names come from the world: what is not harmless stands in quotes. */
export function quoted(word: string): string {
  if (/^[\w./:@%+=,-]+$/.test(word)) return word
  if (sanitise(word) === word) return `'${word.replaceAll("'", String.raw`'\''`)}'`
  // What no terminal shows is written by its bytes, so that what is seen can be pasted (bash, zsh and ksh know it).
  return `$'${[...word].map(inAnsiQuotes).join('')}'`
}

function inAnsiQuotes(character: string): string {
  if (character === "'" || character === '\\') return `\\${character}`
  if (sanitise(character) === character) return character
  return [...Buffer.from(character)].map(byte => String.raw`\x${byte.toString(16).padStart(2, '0')}`).join('')
}

/** The words of a command line as they stand there, with their quotes. */
export function wordsOfLine(line: string): string[] {
  return line.match(/(?:\$'(?:[^'\\]|\\.)*'|'[^']*'|\\.|[^ '\\])+/gs) ?? []
}
