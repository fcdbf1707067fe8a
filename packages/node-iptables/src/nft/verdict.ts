import { Attributes, attribute, type ByteReader, type ByteWriter } from 'netlink-codec'

/** What a rule, a verdict map or a chain's end decides. `code` is nft's word; a number as text when it has none. */
export type NftVerdict = {
  readonly code: string
  /** Of `jump` and `goto`. */
  readonly chain?: string
  /** Of `queue`: the queue's number, from the upper half of the code. */
  readonly queue?: number
}

/** NFTA_DATA_*, NFTA_VERDICT_* (linux/netfilter/nf_tables.h). */
const NFTA_DATA_VALUE = 1
const NFTA_DATA_VERDICT = 2
const NFTA_VERDICT_CODE = 1
const NFTA_VERDICT_CHAIN = 2

/** NF_* (linux/netfilter.h) and NFT_* verdicts share one signed space; NF_QUEUE is 3. */
const codes: Readonly<Record<number, string>> = {
  0: 'drop',
  1: 'accept',
  [-1]: 'continue',
  [-2]: 'break',
  [-3]: 'jump',
  [-4]: 'goto',
  [-5]: 'return',
}
const NF_QUEUE = 3
const numbers: Readonly<Record<string, number>> = Object.fromEntries(
  Object.entries(codes).map(([code, word]) => [word, Number(code)]),
)

/** Either the hex of a value in a register, or a verdict. */
export type NftData = string | NftVerdict

/** Reads a nest of NFTA_DATA_*; a nest that holds neither kind is an empty value. */
export function readData(reader: ByteReader, at: number, length: number): NftData {
  const nest = new Attributes(reader, at, at + length)
  const verdict = nest.nested(NFTA_DATA_VERDICT)
  return verdict ? readVerdict(verdict) : (nest.hex(NFTA_DATA_VALUE) ?? '')
}

export function writeData(writer: ByteWriter, data: NftData): void {
  if (typeof data === 'string') attribute(writer, NFTA_DATA_VALUE, value => value.raw(hexBytes(data)))
  else attribute(writer, NFTA_DATA_VERDICT, nest => writeVerdict(nest, data))
}

function readVerdict(nest: Attributes): NftVerdict {
  const code = (nest.be32(NFTA_VERDICT_CODE) ?? 0) | 0
  const chain = nest.text(NFTA_VERDICT_CHAIN)
  if (code >= 0 && (code & 0xffff) === NF_QUEUE) return { code: 'queue', queue: code >>> 16 }
  const word = codes[code] ?? String(code)
  return chain === undefined ? { code: word } : { code: word, chain }
}

function writeVerdict(writer: ByteWriter, verdict: NftVerdict): void {
  const code =
    verdict.code === 'queue'
      ? ((verdict.queue ?? 0) << 16) | NF_QUEUE
      : (numbers[verdict.code] ?? Number(verdict.code))
  attribute(writer, NFTA_VERDICT_CODE, value => value.be32(code >>> 0))
  const { chain } = verdict
  if (chain !== undefined) attribute(writer, NFTA_VERDICT_CHAIN, value => value.text(chain))
}

/** The bytes of lower- or upper-case hex digits. */
export function hexBytes(hex: string): Uint8Array {
  const bytes = new Uint8Array(hex.length >> 1)
  for (let i = 0; i < bytes.length; i++) bytes[i] = Number.parseInt(hex.slice(2 * i, 2 * i + 2), 16)
  return bytes
}
