import type { ByteReader, ByteWriter } from 'netlink-codec'
import { type OptionTable, parseNumber, parseOptions } from '../../text/words.ts'
import type { Extension } from '../extension.ts'
import { sizes } from '../size.ts'
import { writeText } from '../text.ts'

/** struct sock_filter of filter.h. */
export type BpfInstruction = {
  readonly code: number
  readonly jt: number
  readonly jf: number
  readonly k: number
}

/** `-m bpf`: a classic program as the rule holds it, or the path of a pinned one. */
export type Bpf = {
  readonly name: 'bpf'
  readonly program?: readonly BpfInstruction[]
  readonly pinned?: string
}

/** XT_BPF_MAX_NUM_INSTR, XT_BPF_PATH_MAX. */
const MOST = 64
const PATH_SIZE = 512
const MODE_BYTECODE = 0
const MODE_PINNED = 1

const options: OptionTable<Bpf> = {
  '--bytecode': {
    values: 1,
    read([text = '']) {
      const program = parseProgram(text)
      return program && { program }
    },
  },
  '--object-pinned': { values: 1, read: ([pinned = '']) => ({ pinned }) },
}

/** struct xt_bpf_info and xt_bpf_info_v1 of xt_bpf.h; the pointer at the end is the kernel's own. */
export const bpf: Extension<Bpf> = {
  name: 'bpf',
  revision: 1,
  size: sizes({ 0: 528, 1: 528 }),

  decode({ reader, at, revision }) {
    if (revision === 0) return readProgram(reader, reader.u16(at), at + 4)
    const mode = reader.u16(at)
    if (mode === MODE_BYTECODE) return readProgram(reader, reader.u16(at + 2), at + 8)
    if (mode === MODE_PINNED) return { name: 'bpf', pinned: reader.text(at + 8, PATH_SIZE) }
    return undefined
  },

  encode({ program, pinned }, writer) {
    writer.u16(program ? MODE_BYTECODE : MODE_PINNED).u16(program?.length ?? 0)
    // The descriptor of a pinned program is the caller's and ends with it: -1, as for bytecode.
    writer.u32(program ? 0 : 0xffff_ffff)
    if (program) writeProgram(program, writer)
    else writeText(writer, pinned ?? '', PATH_SIZE)
    writer.zeros(8)
  },

  print: ({ program, pinned }) =>
    program ? ['--bytecode', `"${printProgram(program)}"`] : ['--object-pinned', pinned ?? ''],

  parse: words => (words.length === 0 ? undefined : parseOptions({ name: 'bpf' }, words, options)),
}

function readProgram(reader: ByteReader, count: number, at: number): Bpf | undefined {
  if (count > MOST) return undefined
  const program: BpfInstruction[] = []
  for (let i = 0; i < count; i++) {
    const op = at + 8 * i
    program.push({
      code: reader.u16(op),
      jt: reader.u8(op + 2),
      jf: reader.u8(op + 3),
      k: reader.u32(op + 4),
    })
  }
  return { name: 'bpf', program }
}

function writeProgram(program: readonly BpfInstruction[], writer: ByteWriter): void {
  for (const { code, jt, jf, k } of program) writer.u16(code).u8(jt).u8(jf).u32(k)
  writer.zeros(8 * (MOST - program.length))
}

/** The form of tcpdump -ddd in one line: the number of instructions, then `code jt jf k` of each. */
function printProgram(program: readonly BpfInstruction[]): string {
  return [program.length, ...program.map(({ code, jt, jf, k }) => `${code} ${jt} ${jf} ${k}`)].join(',')
}

function parseProgram(text: string): BpfInstruction[] | undefined {
  const [count, ...lines] = text.split(',').filter(part => part.trim() !== '')
  if (parseNumber(count, MOST) !== lines.length) return undefined
  const program: BpfInstruction[] = []
  for (const line of lines) {
    const [code, jt, jf, k, ...rest] = line
      .trim()
      .split(/\s+/)
      .map(part => parseNumber(part))
    if (code === undefined || jt === undefined || jf === undefined || k === undefined || rest.length > 0)
      return undefined
    program.push({ code, jt, jf, k })
  }
  return program
}
