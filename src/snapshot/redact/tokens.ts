import type { AddressMap } from './addresses.ts'
import { type Kind, isCommon, type Names } from './names.ts'
import { remembered } from './secret.ts'

/** How single texts are made unrecognisable; the same text gives the same one everywhere. */
export type Tokens = {
  readonly addresses: AddressMap
  readonly id: (id: string) => string
  /** A name: of a container, a network, an interface, a chain. */
  readonly name: (name: string, kind: Kind) => string
  /** A word of a rule, of an option, of a field that may hold several sorts of things. */
  readonly word: (word: string, kind?: Kind) => string
  /** Notes the names that a name is made of. */
  readonly note: (name: string, kind: Kind) => void
  /** Whether a text was noted as a name. */
  readonly isNoted: (text: string) => boolean
}

const swarmId = /^(?=.*\d)[0-9a-z]{25}$/
const hexId = /^(?:[0-9a-f]{12}|[0-9a-f]{32}|[0-9a-f]{40}|[0-9a-f]{64})$/
const uuid = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i

/** Whether a text can only be an id of Docker. */
export function isId(text: string): boolean {
  return swarmId.test(text) || hexId.test(text) || uuid.test(text)
}

/** Names that are made of ids and other names, as Docker builds them, and what each group of theirs is. */
const compounds: readonly (readonly [
  pattern: RegExp,
  groups: readonly (Kind | 'id' | 'known' | 'slot')[],
  only?: Kind,
])[] = [
  // Namespace files and load balancer sandboxes: `1-i6xug49nwd`, `lb_i6xug49nw`.
  [/^(\d+-)([0-9a-z]{10})$/, ['slot', 'id']],
  [/^(lb_)([0-9a-z]{9,64})$/, ['slot', 'id']],
  // Interfaces: `br-3f2b…`, `dm-3f2b…`, `vx-001001-i6xug`, `ov-…`.
  [/^((?:br|dm|di)-)([0-9a-f]{12})$/, ['slot', 'id']],
  [/^((?:vx|ov)-[0-9a-f]{6}-)([0-9a-z]{5})$/, ['slot', 'id']],
  // Endpoints: `gateway_42c9d6e05b1f`, `lb-NETWORK`, `NETWORK-endpoint`.
  [/^(gateway_)([0-9a-f]{12})$/, ['slot', 'id']],
  [/^(lb-)(.+)$/, ['slot', 'known']],
  [/^(.+)(-endpoint)$/, ['known', 'slot']],
  // Tasks: `web.2.id84im97rcv4qkvdqf6ybfuxe`, or with a node's id for the slot. Their names in DNS: `tasks.web`.
  [/^(.+)(\.\d+\.)([0-9a-z]{25})$/, ['service', 'slot', 'id']],
  [/^(.+)(\.)([0-9a-z]{25})(\.)([0-9a-z]{25})$/, ['service', 'slot', 'id', 'slot', 'id']],
  [/^(.+)(\.\d+)$/, ['known', 'slot']],
  [/^(tasks\.)(.+)$/, ['slot', 'service']],
  // Peers of a network: `swarm-node1-9c1e33a7b0d2`.
  [/^(.+)(-)([0-9a-f]{12})$/, ['known', 'slot', 'id']],
  // The oldest process of a namespace without a name: `nginx/4711`.
  [/^([^/]+)(\/\d+)$/, ['process', 'slot']],
  // An interface's address label (`eth0:web`), and all that begin alike (`veth+`).
  [/^([^:\s]{1,15})(:)([^:\s]+)$/, ['if', 'slot', 'label'], 'if'],
  [/^([^+\s]{1,15})(\+)$/, ['if', 'slot'], 'if'],
]

/** Kinds of names that rules hold between their words: there a number is a number. */
const ruleKinds: ReadonlySet<Kind> = new Set(['chain', 'table', 'set', 'if', 'text'])

export function createTokens(addresses: AddressMap, id: (id: string) => string, names: Names): Tokens {
  const isNoted = (text: string): boolean => names.kindOf(text) !== undefined

  const plainName = (text: string, kind: Kind): string => {
    if (text === '' || isCommon(text)) return text
    if (isId(text)) return id(text)
    return addresses.ip(text) ?? addresses.mac(text) ?? names.pseudonym(text, kind)
  }

  const name = (text: string, kind: Kind): string => {
    if (isCommon(text) || (ruleKinds.has(kind) && isNumber(text) && !addresses.ip(text))) return text
    // Somebody may have chosen a name that looks like a compound: then it is one name.
    for (const [pattern, groups, only] of compounds) {
      const parts = only === undefined || only === kind ? pattern.exec(text)?.slice(1) : undefined
      if (
        !parts ||
        !parts.every((part, index) => groups[index] !== 'known' || isNoted(part) || isCommon(part))
      )
        continue
      return parts.map((part, index) => partOf(part, groups[index] ?? 'slot', kind)).join('')
    }
    return plainName(text, kind)
  }

  const partOf = (part: string, group: Kind | 'id' | 'known' | 'slot', kind: Kind): string => {
    if (group === 'slot') return part
    return group === 'id' ? id(part) : name(part, group === 'known' ? kind : group)
  }

  const word = (text: string, kind: Kind = 'text'): string =>
    addressesIn(text, addresses) ??
    (isNumber(text) || isCommon(text)
      ? text
      : (bridgeId(text, addresses) ?? list(text, kind) ?? name(text, kind)))

  /** `RELATED,ESTABLISHED`: every part that says something else than a number is a word of its own. */
  const list = (text: string, kind: Kind): string | undefined => {
    const parts = /^[\w:.!-]+(?:,[\w:.!-]+)+$/.test(text) ? text.split(',') : []
    const isList =
      parts.length > 1 &&
      parts.every(part =>
        part.split(':').every(inner => isCommon(inner) || isNumber(inner) || /^[a-z]$/.test(inner)),
      )
    return isList ? parts.map(part => word(part, kind)).join(',') : undefined
  }

  const words = new Map<Kind, (text: string) => string>()
  return {
    addresses,
    id,
    isNoted,
    name,
    note(text, kind) {
      for (const [pattern, groups, only] of compounds) {
        const parts = only === undefined || only === kind ? pattern.exec(text)?.slice(1) : undefined
        if (!parts || groups.includes('known')) continue
        for (const [index, group] of groups.entries()) {
          if (group !== 'slot' && group !== 'id' && group !== 'known') names.note(parts[index]!, group)
        }
        return
      }
      if (!isCommon(text) && !isId(text)) names.note(text, kind)
    },
    word(text, kind = 'text') {
      let made = words.get(kind)
      if (!made) words.set(kind, (made = remembered(inner => word(inner, kind))))
      return made(text)
    },
  }
}

/** Numbers, ranges, marks with masks, rates, u32 expressions, punctuation: nothing that names anybody. */
const number =
  /^(?:[\d,\s]+|[\da-f]{1,4}:[\da-f]{1,4}|[^\p{L}\p{N}]+|[!+:-]?(?:0x[0-9a-f]+|\d+(?:\.\d+)?)(?:[-:/,.&@=|^<>]+(?:0x[0-9a-f]+|\d+))*(?:\/(?:s|sec|second|m|min|minute|h|hour|d|day))?(?:ms|[smhd]|[kmg]?b(?:\/s)?|%)?)$/iu
const isNumber = (text: string): boolean => number.test(text)

/** A word that is made of addresses: one, a network, a range, one with a port. Undefined when it holds none. */
export function addressesIn(text: string, addresses: AddressMap): string | undefined {
  if (!/[.:]/.test(text) || !/^[0-9a-f:.[\]/,%-]+$/i.test(text)) return undefined
  const whole = addresses.ip(text) ?? addresses.mac(text)
  if (whole !== undefined) return whole
  const bracketed = /^\[([^\]]+)\](.*)$/.exec(text)
  if (bracketed)
    return rejoin(bracketed[1]!, bracketed[2]!, (mapped, rest) => `[${mapped}]${rest}`, addresses)
  const network = /^([^/]+)\/([^/]+)$/.exec(text)
  if (network) {
    const [, address = '', mask = ''] = network
    const mapped = addresses.network(address, /^\d+$/.test(mask) ? Number(mask) : mask)
    return mapped === undefined ? undefined : `${mapped}/${mask}`
  }
  const range = /^([^-:]+|[^-]*:[^-]*)-([^-]+)$/.exec(text)
  if (range) {
    const first = addresses.ip(range[1]!)
    if (first === undefined) return undefined
    const last = addressesIn(range[2]!, addresses)
    return last === undefined ? undefined : `${first}-${last}`
  }
  const port = /^(\d+\.\d+\.\d+\.\d+)(:.*)$/.exec(text)
  return port ? rejoin(port[1]!, port[2]!, (mapped, rest) => mapped + rest, addresses) : undefined
}

function rejoin(
  text: string,
  rest: string,
  join: (mapped: string, rest: string) => string,
  addresses: AddressMap,
): string | undefined {
  const mapped = addressesIn(text, addresses)
  return mapped === undefined ? undefined : join(mapped, rest)
}

/** `8000.2:42:7a:6f:1c:9`, as iproute2 tells bridges apart: a priority and a MAC. */
function bridgeId(text: string, addresses: AddressMap): string | undefined {
  const [, priority, mac] = /^([0-9a-f]{1,4}\.)([0-9a-f:]+)$/.exec(text) ?? []
  const mapped = mac === undefined ? undefined : addresses.mac(mac)
  return mapped === undefined ? undefined : priority + mapped
}
