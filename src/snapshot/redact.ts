import type { Snapshot } from './index.ts'
import { createAddressMap } from './redact/addresses.ts'
import type { Class, Walker } from './redact/classes.ts'
import { noteExpressions, redactExpressions } from './redact/expressions.ts'
import { createIdMap } from './redact/ids.ts'
import { noteJson, redactJson } from './redact/json.ts'
import { imageName, noteLabels, redactLabels } from './redact/labels.ts'
import { createNames, isCommon, type Kind } from './redact/names.ts'
import { snapshotPlan } from './redact/plan.ts'
import { createSecret } from './redact/secret.ts'
import {
  constraintText,
  imageText,
  nftText,
  pathText,
  releaseText,
  ruleText,
  sentence,
  urlText,
} from './redact/texts.ts'
import { createTokens, type Tokens } from './redact/tokens.ts'

/** A plan without its type: what the walk sees. */
type AnyPlan = Class | Walker | AnyMapPlan | { readonly [key: string]: AnyPlan }
type AnyMapPlan = { readonly keys: Class; readonly each: AnyPlan }

/** What is done with each text, and with what follows rules of its own. */
type Visitor = {
  readonly text: (text: string, what: Class) => string
  readonly walk: (value: object, walker: Walker) => unknown
}

/**
 * The same snapshot with pseudonyms for whatever tells whose it is: addresses (subnets stay subnets), MACs, ids, names, labels,
 * comments, paths. What belonged together still does, in this snapshot and in all that are made with the same key. Ports, marks,
 * VNIs, counters, times and the words of Docker and the kernel stay. Texts in fields that this version does not know are left out.
 *
 * @param key secret: who has it can test guesses; 32 random bytes
 */
export function redactSnapshot(snapshot: Snapshot, key: Uint8Array): Snapshot {
  const secret = createSecret(key)
  const tokens = createTokens(createAddressMap(secret), createIdMap(secret), createNames(secret))
  // All names first: a sentence may tell of something that comes later.
  visit(snapshot, snapshotPlan, noting(tokens))
  const redacted = visit(snapshot, snapshotPlan, replacing(tokens)) as Snapshot
  return { ...redacted, redacted: true }
}

function visit(value: unknown, plan: AnyPlan | undefined, visitor: Visitor): unknown {
  if (typeof value === 'string')
    return typeof plan === 'string' ? visitor.text(value, plan as Class) : undefined
  if (typeof value !== 'object' || value === null) return value
  if (isWalker(plan)) return visitor.walk(value, plan)
  if (Array.isArray(value))
    return value.map(inner => visit(inner, plan, visitor)).filter(inner => inner !== undefined)
  // A map in the place of a text is of a version that is not known here.
  const inner = typeof plan === 'object' ? plan : {}
  const entries = isMapPlan(inner)
    ? Object.entries(value).map(([key, content]) => [
        visitor.text(key, inner.keys),
        visit(content, inner.each, visitor),
      ])
    : Object.entries(value).map(([key, content]) => [
        key,
        visit(content, Object.hasOwn(inner, key) ? inner[key] : undefined, visitor),
      ])
  return Object.fromEntries(entries.filter(([, content]) => content !== undefined))
}

function isWalker(plan: AnyPlan | undefined): plan is Walker {
  return (
    plan === 'json' ||
    plan === 'netfilter-rule' ||
    plan === 'nft-expressions' ||
    plan === 'labels' ||
    plan === 'drop'
  )
}

function isMapPlan(plan: object): plan is AnyMapPlan {
  return 'keys' in plan && 'each' in plan
}

type Expressions = Parameters<typeof redactExpressions>[0]
type Labels = Readonly<Record<string, string>>

function noting(tokens: Tokens): Visitor {
  return {
    text(text, what) {
      const kind = kindOf(what)
      if (kind !== undefined) tokens.note(text, kind)
      else if (what === 'image' && !text.startsWith('sha256:')) tokens.note(imageName(text), 'image')
      return text
    },
    walk(value, walker) {
      if (walker === 'drop') return undefined
      if (walker === 'labels') noteLabels(value as Labels, tokens)
      else if (walker === 'nft-expressions') noteExpressions(value as Expressions, tokens)
      else noteJson(value, tokens)
      return value
    },
  }
}

function replacing(tokens: Tokens): Visitor {
  return {
    text: (text, what) => replacements[what]?.(text, tokens) ?? nameText(text, what, tokens),
    walk(value, walker) {
      if (walker === 'drop') return undefined
      if (walker === 'labels') return redactLabels(value as Labels, tokens)
      if (walker === 'nft-expressions') return redactExpressions(value as Expressions, tokens)
      if (walker === 'json') return redactJson(value, tokens)
      return (value as readonly { readonly text: string }[]).map(rule => ({
        ...(redactJson(rule, tokens) as object),
        text: ruleText(rule.text, tokens),
      }))
    },
  }
}

const replacements: { readonly [What in Class]?: (text: string, tokens: Tokens) => string } = {
  keep: text => text,
  address: (text, tokens) => tokens.word(text),
  word: (text, tokens) => tokens.word(text),
  id: (text, tokens) =>
    isCommon(text) || !/\d/.test(text) ? tokens.name(text, 'container') : tokens.id(text),
  hex: (text, tokens) => (text.startsWith('0x') ? `0x${tokens.id(text.slice(2))}` : tokens.id(text)),
  rule: ruleText,
  nft: nftText,
  path: pathText,
  image: imageText,
  url: urlText,
  sentence,
  release: releaseText,
  constraint: constraintText,
  // `container:` and an id or a name; else the name of a network.
  'network-mode': (text, tokens) =>
    text.startsWith('container:')
      ? `container:${tokens.name(text.slice(10), 'container')}`
      : tokens.name(text, 'network'),
  sysctl: (text, tokens) =>
    text.replace(
      /^(net\.ipv[46]\.(?:conf|neigh)\.)(.+)(\.[^.]+)$/,
      (_, before: string, name: string, after: string) =>
        // A dot in a name is written as a slash there.
        before + tokens.name(name.replaceAll('/', '.'), 'if').replaceAll('.', '/') + after,
    ),
  // `rtnl.links`, `dir /var/run/docker/netns`.
  source: (text, tokens) =>
    text.replace(/^(\S+)( .*)?$/s, (_, name: string, rest: string = '') => name + sentence(rest, tokens)),
}

function kindOf(what: Class): Kind | undefined {
  return what.startsWith('name:') ? (what.slice(5) as Kind) : undefined
}

function nameText(text: string, what: Class, tokens: Tokens): string {
  return tokens.name(text, kindOf(what) ?? 'text')
}
