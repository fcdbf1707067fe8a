import {
  type Attributes,
  type ByteReader,
  DecodeError,
  encodeMessage,
  ipv4Text,
  ipv6Text,
  type Message,
  messageAttributes,
  NLM_F_DUMP,
  NLM_F_REQUEST,
  type Transport,
} from 'netlink-codec'
import { protocolName } from 'node-iptables'
import type { Xfrm, XfrmPolicy, XfrmState } from '../../snapshot/index.ts'
import { dump } from './dump.ts'
import { inetFamily, type InterfaceNames, interfaceName } from './rtnl/names.ts'
import type { Reading } from './source-log.ts'

/** linux/xfrm.h */
const XFRM_MSG_NEWSA = 0x10
const XFRM_MSG_GETSA = 0x12
const XFRM_MSG_NEWPOLICY = 0x13
const XFRM_MSG_GETPOLICY = 0x15
const XFRMA_ALG_AUTH = 1
const XFRMA_ALG_CRYPT = 2
const XFRMA_ALG_COMP = 3
const XFRMA_ENCAP = 4
const XFRMA_TMPL = 5
const XFRMA_POLICY_TYPE = 16
const XFRMA_ALG_AEAD = 18
const XFRMA_ALG_AUTH_TRUNC = 20
const XFRMA_MARK = 21
const XFRMA_SET_MARK = 29
const XFRMA_SET_MARK_MASK = 30
const XFRMA_IF_ID = 31

/** Sizes of struct xfrm_usersa_info, xfrm_userpolicy_info and xfrm_user_tmpl. */
const USERSA_INFO_LENGTH = 224
const USERPOLICY_INFO_LENGTH = 168
const USER_TMPL_LENGTH = 64
/** struct xfrm_algo, and xfrm_algo_auth and xfrm_algo_aead: a name of 64 bytes, the key's bits, one more number; the key. */
const ALGO_HEADER = 68
const ALGO_WIDE_HEADER = 72

/** IPPROTO_* that carry IPsec, in iproute2's words (strxf_xfrmproto). */
const xfrmProtocols: Readonly<Record<number, string>> = {
  43: 'route2',
  50: 'esp',
  51: 'ah',
  60: 'hao',
  108: 'comp',
  255: 'ipsec-any',
}
const modes = ['transport', 'tunnel', 'ro', 'in_trigger', 'beet', 'iptfs']
/** XFRM_STATE_*, by bit. */
const stateFlags = ['noecn', 'decap-dscp', 'nopmtudisc', 'wildrecv', 'icmp', 'af-unspec', 'align4', 'esn']
const directions = ['in', 'out', 'fwd', 'socket in', 'socket out', 'socket fwd']
const policyTypes = ['main', 'sub']
const encapsulations: Readonly<Record<number, string>> = {
  1: 'espinudp-nonike',
  2: 'espinudp',
  7: 'espintcp',
}
const protocolsWithPorts = new Set([1, 6, 17, 33, 58, 132, 135])

/**
 * Security associations and policies of the namespace that `transport` lives in, as `ip -s xfrm state` and
 * `ip xfrm policy` tell them.
 *
 * The kernel sends the keys along (a dump has no way to leave them out); they are overwritten in the receive buffer
 * before anything else happens, and never become part of a row.
 *
 * @throws NetlinkError EPERM without CAP_NET_ADMIN over the namespace
 */
export function readXfrm(transport: Transport, names: InterfaceNames): Reading<Xfrm> {
  const states = dump(transport, 'dump xfrm states', requests.states, decodeState)
  const policies = dump(transport, 'dump xfrm policies', requests.policies, message =>
    decodePolicy(message, names),
  )
  return {
    value: { states: states.rows, policies: policies.rows },
    interrupted: states.interrupted || policies.interrupted,
    problems: [...states.problems, ...policies.problems],
  }
}

/** A dump of xfrm_user.c takes attributes right behind the netlink header, and here there are none. */
function request(type: number): Uint8Array {
  return encodeMessage({ type, flags: NLM_F_REQUEST | NLM_F_DUMP }, () => {})
}

const requests = { states: request(XFRM_MSG_GETSA), policies: request(XFRM_MSG_GETPOLICY) }

/** One XFRM_MSG_NEWSA; undefined for another message. */
export function decodeState(message: Message): XfrmState | undefined {
  if (message.type !== XFRM_MSG_NEWSA) return undefined
  const attributes = messageAttributes(message, USERSA_INFO_LENGTH)
  wipeKeys(attributes)
  const { reader, start } = message
  // struct xfrm_usersa_info: sel @0, id {daddr @56, spi be32 @72, proto u8 @76}, saddr @80, lft @96,
  // curlft {bytes u64 @160, packets u64 @168}, reqid u32 @208, family u16 @212, mode u8 @214, flags u8 @216.
  const family = familyOf(reader, start + 212)
  const state: XfrmState = {
    family,
    src: address(reader, start + 80, family),
    dst: address(reader, start + 56, family),
    proto: xfrmProtocol(reader.u8(start + 76)),
    spi: spiText(reader.be32(start + 72)),
    reqid: reader.u32(start + 208),
    mode: modeName(reader.u8(start + 214)),
    flags: stateFlags.filter((_, bit) => (reader.u8(start + 216) & (1 << bit)) !== 0),
    bytes: reader.u64(start + 160),
    packets: reader.u64(start + 168),
  }
  addMarks(state, attributes)
  const outputMark = attributes.u32(XFRMA_SET_MARK)
  if (outputMark !== undefined) {
    state['output-mark'] = `${hex(outputMark)}/${hex(attributes.u32(XFRMA_SET_MARK_MASK) ?? 0xffff_ffff)}`
  }
  const aead = algorithm(attributes, XFRMA_ALG_AEAD, true)
  if (aead !== undefined) state.aead = aead
  const auth =
    algorithm(attributes, XFRMA_ALG_AUTH_TRUNC, true) ?? algorithm(attributes, XFRMA_ALG_AUTH, false)
  if (auth !== undefined) state.auth = auth
  const enc = algorithm(attributes, XFRMA_ALG_CRYPT, false)
  if (enc !== undefined) state.enc = enc
  const comp = algorithm(attributes, XFRMA_ALG_COMP, false)
  if (comp !== undefined) state.comp = comp
  const encap = encapsulation(attributes, family)
  if (encap !== undefined) state.encap = encap
  const sel = stateSelector(reader, start, family)
  if (sel !== undefined) state.sel = sel
  return state
}

/** One XFRM_MSG_NEWPOLICY; undefined for another message. */
export function decodePolicy(message: Message, names: InterfaceNames): XfrmPolicy | undefined {
  if (message.type !== XFRM_MSG_NEWPOLICY) return undefined
  const attributes = messageAttributes(message, USERPOLICY_INFO_LENGTH)
  const { reader, start } = message
  // struct xfrm_userpolicy_info: sel @0, priority u32 @152, dir u8 @160, action u8 @161.
  const family = familyOf(reader, start + 40)
  const direction = reader.u8(start + 160)
  const type = attributes.u8(XFRMA_POLICY_TYPE) ?? 0
  const { src, dst, proto, sport, dport, ifindex } = selector(reader, start, family)
  const policy: XfrmPolicy = {
    family,
    src,
    dst,
    ...(proto === undefined ? {} : { proto }),
    ...(sport === undefined ? {} : { sport }),
    ...(dport === undefined ? {} : { dport }),
    ...(ifindex === 0 ? {} : { dev: interfaceName(names, ifindex) }),
    dir: directions[direction] ?? String(direction),
    action: reader.u8(start + 161) === 0 ? 'allow' : 'block',
    priority: reader.u32(start + 152),
    ptype: policyTypes[type] ?? String(type),
    templates: [],
  }
  addMarks(policy, attributes)
  const templates = attributes.offset(XFRMA_TMPL)
  if (templates !== undefined) {
    const end = templates + attributes.length(XFRMA_TMPL)!
    for (let at = templates; at + USER_TMPL_LENGTH <= end; at += USER_TMPL_LENGTH) {
      policy.templates.push(decodeTemplate(reader, at))
    }
  }
  return policy
}

/** struct xfrm_user_tmpl: id {daddr @0, spi @16, proto @20}, family u16 @24, saddr @28, reqid @44, mode @48, optional @50. */
function decodeTemplate(reader: ByteReader, at: number): XfrmPolicy['templates'][number] {
  const family = familyOf(reader, at + 24)
  const spi = reader.be32(at + 16)
  return {
    src: address(reader, at + 28, family),
    dst: address(reader, at, family),
    proto: xfrmProtocol(reader.u8(at + 20)),
    ...(spi === 0 ? {} : { spi: spiText(spi) }),
    reqid: reader.u32(at + 44),
    mode: modeName(reader.u8(at + 48)),
    ...(reader.u8(at + 50) === 0 ? {} : { level: 'use' as const }),
  }
}

type Selector = {
  readonly src: string
  readonly dst: string
  readonly proto: string | undefined
  readonly sport: number | undefined
  readonly dport: number | undefined
  readonly ifindex: number
}

/**
 * struct xfrm_selector: daddr @0, saddr @16, dport be16 @32, its mask @34, sport be16 @36, its mask @38, family u16 @40,
 * prefixlen_d u8 @42, prefixlen_s u8 @43, proto u8 @44, ifindex s32 @48.
 */
function selector(reader: ByteReader, at: number, family: 'inet' | 'inet6'): Selector {
  const protocol = reader.u8(at + 44)
  const port = (value: number): number | undefined =>
    protocolsWithPorts.has(protocol) && reader.be16(value + 2) !== 0 ? reader.be16(value) : undefined
  return {
    src: `${address(reader, at + 16, family)}/${reader.u8(at + 43)}`,
    dst: `${address(reader, at, family)}/${reader.u8(at + 42)}`,
    proto: protocol === 0 ? undefined : protocolName(protocol),
    sport: port(at + 36),
    dport: port(at + 32),
    ifindex: reader.s32(at + 48),
  }
}

/** As text, since it is only looked at; undefined for one that takes every packet. */
function stateSelector(reader: ByteReader, at: number, family: 'inet' | 'inet6'): string | undefined {
  const { src, dst, proto, sport, dport, ifindex } = selector(reader, at, family)
  if (src.endsWith('/0') && dst.endsWith('/0') && proto === undefined && ifindex === 0) return undefined
  const words = [`src ${src} dst ${dst}`]
  if (proto !== undefined) words.push(`proto ${proto}`)
  if (sport !== undefined) words.push(`sport ${sport}`)
  if (dport !== undefined) words.push(`dport ${dport}`)
  return words.join(' ')
}

/** struct xfrm_encap_tmpl: encap_type u16, sport be16, dport be16, padding, address. */
function encapsulation(attributes: Attributes, family: 'inet' | 'inet6'): string | undefined {
  const at = attributes.offset(XFRMA_ENCAP)
  if (at === undefined) return undefined
  const { reader } = attributes
  const type = reader.u16(at)
  const ports = `sport ${reader.be16(at + 2)} dport ${reader.be16(at + 4)}`
  return `type ${encapsulations[type] ?? type} ${ports} addr ${address(reader, at + 8, family)}`
}

/** The algorithm's name; for the wide structures also the bits of the check value. */
function algorithm(attributes: Attributes, type: number, isWide: boolean): string | undefined {
  const at = attributes.offset(type)
  if (at === undefined) return undefined
  const { reader } = attributes
  const name = reader.text(at, 64)
  return isWide ? `${name} ${reader.u32(at + ALGO_HEADER)}` : name
}

function wipeKeys(attributes: Attributes): void {
  for (const [type, header] of [
    [XFRMA_ALG_AUTH, ALGO_HEADER],
    [XFRMA_ALG_CRYPT, ALGO_HEADER],
    [XFRMA_ALG_AEAD, ALGO_WIDE_HEADER],
    [XFRMA_ALG_AUTH_TRUNC, ALGO_WIDE_HEADER],
  ] as const) {
    attributes.bytes(type)?.fill(0, header)
  }
}

function addMarks(
  row: { mark?: string | undefined; if_id?: string | undefined },
  attributes: Attributes,
): void {
  const mark = attributes.offset(XFRMA_MARK)
  if (mark !== undefined)
    row.mark = `${hex(attributes.reader.u32(mark))}/${hex(attributes.reader.u32(mark + 4))}`
  const ifId = attributes.u32(XFRMA_IF_ID)
  if (ifId !== undefined) row.if_id = hex(ifId)
}

/** xfrm_address_t has 16 bytes for both families. */
function address(reader: ByteReader, at: number, family: 'inet' | 'inet6'): string {
  return family === 'inet' ? ipv4Text(reader, at) : ipv6Text(reader, at)
}

function familyOf(reader: ByteReader, at: number): 'inet' | 'inet6' {
  const number = reader.u16(at)
  const family = inetFamily(number)
  if (!family) throw new DecodeError(`address family ${number}`, at)
  return family
}

function xfrmProtocol(number: number): string {
  return xfrmProtocols[number] ?? String(number)
}

function modeName(number: number): string {
  return modes[number] ?? String(number)
}

function spiText(spi: number): string {
  return `0x${spi.toString(16).padStart(8, '0')}`
}

/** As printf's %#x: no prefix on zero. */
function hex(value: number): string {
  return value === 0 ? '0' : `0x${value.toString(16)}`
}
