import { createHmac } from 'node:crypto'

/** What pseudonyms are made from: without the key nobody can make them again, and so nobody can guess and compare. */
export type Secret = {
  /** 32 bytes that belong to a text; `purpose` keeps the uses apart. */
  readonly bytes: (purpose: string, text: string) => Buffer
}

export function createSecret(key: Uint8Array): Secret {
  return {
    bytes: (purpose, text) => createHmac('sha256', key).update(`${purpose}\0${text}`).digest(),
  }
}

/** Remembers what a function gave for a text: the same few thousand texts come again and again. */
export function remembered(make: (text: string) => string): (text: string) => string {
  const known = new Map<string, string>()
  return text => {
    let made = known.get(text)
    if (made === undefined) known.set(text, (made = make(text)))
    return made
  }
}
