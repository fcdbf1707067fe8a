import type { Kind } from './names.ts'

/**
 * What a text of a snapshot is, and so how it is made unrecognisable:
 *
 * - `keep`: a word or a number that says nothing about whom it comes from
 * - `address`: an address, a network, a range, with or without a port; or a word in its place (`default`)
 * - `id`: an id of Docker, or the beginning of one
 * - `word`: one of several sorts; what is not known becomes a pseudonym
 * - `hex`: bytes that nobody decoded
 * - `name:KIND`: a name, and of what
 * - the others: texts with a grammar of their own
 */
export type Class =
  | 'keep'
  | 'address'
  | 'id'
  | 'word'
  | 'hex'
  | 'sysctl'
  | 'rule'
  | 'nft'
  | 'path'
  | 'image'
  | 'url'
  | 'sentence'
  | 'release'
  | 'constraint'
  | 'network-mode'
  | 'source'
  | `name:${Kind}`

/**
 * Lists and maps of which every key decides by itself what its value is; `drop` is left out, where a value that is replaced would
 * say something that is not so.
 */
export type Walker = 'json' | 'netfilter-rule' | 'nft-expressions' | 'labels' | 'drop'

/** A map: what its keys are, and its values. */
export type MapPlan<Value> = { readonly keys: Class; readonly each: Value }

/** Holds no text at all. */
type IsPlain<T> = T extends number | boolean | null
  ? true
  : T extends string
    ? false
    : T extends readonly (infer Element)[]
      ? IsPlain<Element>
      : string extends keyof T
        ? false
        : { [Key in keyof T]-?: IsPlain<NonNullable<T[Key]>> }[keyof T] extends true
          ? true
          : false

/** Any JSON: its type contains itself, and no plan can follow it. */
type IsJson<T> = [number | string | boolean | null] extends [T] ? true : false

type KeysWithText<T> = {
  [Key in keyof T]-?: IsPlain<NonNullable<T[Key]>> extends true ? never : Key
}[keyof T]

/**
 * A class for every text of a type. The compiler refuses a plan that lacks one, and a test walks the schema against it: a new
 * field has to say what it holds.
 */
export type Plan<T> =
  | Walker
  | (T extends string
      ? Class
      : T extends readonly (infer Element)[]
        ? Plan<Element>
        : string extends keyof T
          ? IsJson<T[keyof T]> extends true
            ? never
            : MapPlan<Plan<NonNullable<T[keyof T]>>>
          : { readonly [Key in KeysWithText<T>]: Plan<NonNullable<T[Key]>> })
