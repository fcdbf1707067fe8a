import type { Family } from 'node-iptables'
import type { Random } from '../random.ts'

/** Random words of iptables' language. */

export const not = (random: Random): string => (random.chance(0.25) ? '! ' : '')

export const port = (random: Random): number => random.int(0, 65535)

export function portRange(random: Random): string {
  const first = random.int(0, 65534)
  return random.chance(0.5) ? String(first) : `${first}:${random.int(first + 1, 65535)}`
}

export function range(random: Random, most: number, separator = ':'): string {
  const first = random.int(0, most - 1)
  return random.chance(0.5) ? String(first) : `${first}${separator}${random.int(first + 1, most)}`
}

export function address(random: Random, family: Family): string {
  if (family === 'ip') return random.list(4, () => random.int(0, 255)).join('.')
  // Groups of zero are frequent, so that every way to shorten an address occurs.
  const group = () => (random.chance(0.5) ? '0' : random.int(0, 0xffff).toString(16))
  return random.pick([
    () => random.list(8, group).join(':'),
    () => `fd00::${group()}`,
    () => `::ffff:${address(random, 'ip')}`,
    () => `::${address(random, 'ip')}`,
    () => `2001:db8::${group()}:0:0:1`,
  ])()
}

/** An address with no mask, a prefix or, now and then, a mask with holes. */
export function network(random: Random, family: Family, holes = 0.1): string {
  if (random.chance(0.3)) return address(random, family)
  if (random.chance(holes)) return `${address(random, family)}/${address(random, family)}`
  return `${address(random, family)}/${random.int(1, family === 'ip' ? 32 : 128)}`
}

export function addressRange(random: Random, family: Family): string {
  if (family === 'ip') {
    const first = random.int(1, 100)
    return `10.0.${random.int(0, 255)}.${first}-10.1.0.${random.int(first + 1, 250)}`
  }
  return `fd00::${random.int(1, 9)}-fd00::1:${random.int(1, 9)}`
}

export function interfaceName(random: Random): string {
  return random.pick([
    'lo',
    'eth0',
    'veth+',
    'br-0a1b2c3d4e5f',
    'a',
    'docker_gwbridge',
    'e+',
    'eth0.100',
    "it's",
  ])
}

export const hex = (random: Random, most = 0xffff_ffff): string => {
  // Small numbers and full masks are what real rules hold.
  const number = random.pick([random.int(0, 300), random.int(0, most), most])
  return random.chance(0.5) ? String(number) : `0x${number.toString(16)}`
}

export const marked = (random: Random): string => hex(random) + (random.chance(0.5) ? `/${hex(random)}` : '')

/** Text that needs quotes, escapes, or neither; within quotes for iptables-restore. */
export function quoted(random: Random, most: number): string {
  const letters = random.pick(['abcXYZ019_-', ' abc"\'\\.,:;/{}()', 'abc déé✓ '])
  const text = random
    .list(random.int(1, most), () => random.pick([...letters]))
    .join('')
    .replace(/^[-!]/, 'x')
  return `"${text.replace(/["\\]/g, '\\$&')}"`
}

/** One to `most` of the words, joined. */
export function some(random: Random, words: readonly string[], most = words.length, joint = ','): string {
  const count = random.int(1, most)
  const rest = [...words]
  return random
    .list(Math.min(count, words.length), () => rest.splice(random.int(0, rest.length - 1), 1)[0]!)
    .join(joint)
}

/** Those of the options that the dice let pass, at least one. */
export function options(random: Random, parts: readonly string[]): string {
  const chosen = parts.filter(() => random.chance(0.5))
  return (chosen.length > 0 ? chosen : [random.pick(parts)]).join(' ')
}

let unique = 0
/** A name that no other rule has: lists of recent and hashlimit are shared by name. */
export const freshName = (): string => `n${++unique}`
