import type { ByteReader } from 'netlink-codec'
import { hexNumber, type OptionTable, option, parseNumber, parseOptions } from '../../text/words.ts'
import type { Extension } from '../extension.ts'
import type { Range } from '../range.ts'
import { sizes } from '../size.ts'

type Operator = '&' | '<<' | '>>' | '@'

/** Reads 32 bits at `start`, applies the steps (`@` moves on by the value and adds), and looks for the result. */
export type U32Test = {
  readonly start: number
  readonly steps: readonly { readonly operator: Operator; readonly number: number }[]
  readonly values: readonly Range[]
}

/** `-m u32`: bytes of the packet; all of the tests must hold. */
export type U32 = { readonly name: 'u32'; readonly tests: readonly U32Test[]; readonly invert: boolean }

/** enum xt_u32_ops. */
const operators: readonly Operator[] = ['&', '<<', '>>', '@']
/** XT_U32_MAXSIZE + 1 of each. */
const MOST = 11
const TEST_SIZE = 180
const ALL = 0xffff_ffff

const options: OptionTable<U32> = {
  '--u32': {
    values: 1,
    read([text = ''], invert) {
      const tests = text.split('&&').map(parseTest)
      return tests.every(test => test !== undefined) && tests.length < MOST ? { tests, invert } : undefined
    },
  },
}

/** struct xt_u32 of xt_u32.h. */
export const u32: Extension<U32> = {
  name: 'u32',
  revision: 0,
  size: sizes({ 0: MOST * TEST_SIZE + 4 }),

  decode({ reader, at }) {
    const count = reader.u8(at + MOST * TEST_SIZE)
    if (count > MOST) return undefined
    const tests: U32Test[] = []
    for (let i = 0; i < count; i++) {
      const test = readTest(reader, at + i * TEST_SIZE)
      if (!test) return undefined
      tests.push(test)
    }
    return { name: 'u32', tests, invert: reader.u8(at + MOST * TEST_SIZE + 1) !== 0 }
  },

  encode({ tests, invert }, writer) {
    for (const { start, steps, values } of tests) {
      writer.u32(start).zeros(4)
      for (const { operator, number } of steps) writer.u32(number).u8(operators.indexOf(operator)).zeros(3)
      writer.zeros(8 * (MOST - 1 - steps.length))
      for (const { first, last } of values) writer.u32(first).u32(last)
      writer.zeros(8 * (MOST - values.length))
      writer
        .u8(steps.length + 1)
        .u8(values.length)
        .zeros(2)
    }
    writer.zeros(TEST_SIZE * (MOST - tests.length))
    writer
      .u8(tests.length)
      .u8(invert ? 1 : 0)
      .zeros(2)
  },

  print: ({ tests, invert }) => option('--u32', invert, `"${tests.map(printTest).join('&&')}"`),

  parse: words =>
    words.length === 0 ? undefined : parseOptions({ name: 'u32', tests: [], invert: false }, words, options),
}

/** struct xt_u32_test: locations of 8 bytes, values of 8 bytes, then their numbers. */
function readTest(reader: ByteReader, at: number): U32Test | undefined {
  const numbers = reader.u8(at + 176)
  const valueCount = reader.u8(at + 177)
  if (numbers < 1 || numbers > MOST || valueCount > MOST) return undefined
  const steps: U32Test['steps'][number][] = []
  for (let i = 1; i < numbers; i++) {
    const operator = operators[reader.u8(at + 8 * i + 4)]
    if (!operator) return undefined
    steps.push({ operator, number: reader.u32(at + 8 * i) })
  }
  const values: Range[] = []
  for (let i = 0; i < valueCount; i++) {
    values.push({ first: reader.u32(at + 88 + 8 * i), last: reader.u32(at + 92 + 8 * i) })
  }
  return { start: reader.u32(at), steps, values }
}

function printTest({ start, steps, values }: U32Test): string {
  const location = steps.map(({ operator, number }) => operator + hexNumber(number)).join('')
  const found = values.map(({ first, last }) =>
    first === last ? hexNumber(first) : `${hexNumber(first)}:${hexNumber(last)}`,
  )
  return `${hexNumber(start)}${location}=${found.join(',')}`
}

function parseTest(text: string): U32Test | undefined {
  const [location = '', found, ...rest] = text.replaceAll(/\s/g, '').split('=')
  const parts = location.split(/(&|<<|>>|@)/)
  const start = parseNumber(parts[0])
  if (start === undefined || found === undefined || rest.length > 0) return undefined
  const steps: U32Test['steps'][number][] = []
  for (let i = 1; i < parts.length; i += 2) {
    const number = parseNumber(parts[i + 1])
    if (number === undefined) return undefined
    steps.push({ operator: parts[i] as Operator, number })
  }
  const values: Range[] = []
  for (const value of found.split(',')) {
    const [low, high] = value.split(':')
    const first = low === '' && high !== undefined ? 0 : parseNumber(low)
    const last = high === undefined ? first : high === '' ? ALL : parseNumber(high)
    if (first === undefined || last === undefined) return undefined
    values.push({ first, last })
  }
  return steps.length < MOST && values.length < MOST ? { start, steps, values } : undefined
}
