import { parseNumber } from '../text/words.ts'

/** `0x0a`. */
export function hexByte(value: number): string {
  return `0x${value.toString(16).padStart(2, '0')}`
}

export function parseDscp(text: string): number | undefined {
  return parseNumber(text, 63)
}

/** Class selectors, assured forwarding and expedited forwarding: RFC 2474, 2597, 3246. */
export function dscpOfClass(text: string): number | undefined {
  const name = text.toUpperCase()
  if (name === 'BE') return 0
  if (name === 'EF') return 46
  const [, selector] = /^CS([0-7])$/.exec(name) ?? []
  if (selector) return Number(selector) * 8
  const [, group, drop] = /^AF([1-4])([1-3])$/.exec(name) ?? []
  return group && drop ? Number(group) * 8 + Number(drop) * 2 : undefined
}

/** Names of RFC 1349, which iptables takes and never prints. */
const tosNames: Readonly<Record<string, number>> = {
  'minimize-delay': 0x10,
  'maximize-throughput': 0x08,
  'maximize-reliability': 0x04,
  'minimize-cost': 0x02,
  'normal-service': 0x00,
}

/** `VALUE[/MASK]`, or a name, which is compared under 0x3f. */
export function parseTos(text: string, defaultMask: number): { value: number; mask: number } | undefined {
  if (Object.hasOwn(tosNames, text.toLowerCase())) return { value: tosNames[text.toLowerCase()]!, mask: 0x3f }
  const [valueText, maskText, ...rest] = text.split('/')
  const value = parseNumber(valueText, 0xff)
  const mask = maskText === undefined ? defaultMask : parseNumber(maskText, 0xff)
  return value === undefined || mask === undefined || rest.length > 0 ? undefined : { value, mask }
}
