import fc from 'fast-check'
import { type ByteWriter, DecodeError, eachMessage, encodeMessage } from 'netlink-codec'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { NETLINK_XFRM } from '../../src/collectors/kernel/netlink-socket.ts'
import { decodePolicy, decodeState, readXfrm } from '../../src/collectors/kernel/xfrm.ts'
import { xfrmSchema } from '../../src/snapshot/schema/misc.ts'
import { parsePolicies, parseStates, type Pick, randomPolicies, randomStates } from '../support/ip-xfrm.ts'
import { needs } from '../support/needs.ts'
import { makeNetns, type TestNetns } from '../support/netns.ts'

const names = new Map([[1, 'lo']])

describe('in a namespace, against ip xfrm', needs('root', 'program:ip'), () => {
  const random = fc.sample(fc.infiniteStream(fc.nat()), { numRuns: 1 })[0]!
  const pick: Pick = values => values[(random.next().value as number) % values.length]!
  let netns: TestNetns
  beforeAll(() => {
    netns = makeNetns('xfrm')
  })
  afterAll(() => netns.remove())

  it('reads random policies as ip prints them', () => {
    // One by one: ip leaves its batch at the first line of xfrm that the kernel refuses, -force or not.
    for (const line of randomPolicies(pick, 60)) netns.batch([line])
    const { value, interrupted, problems } = readXfrm(netns.netlink(NETLINK_XFRM), names)
    expect(value.policies).toEqual(parsePolicies(netns.ip('xfrm', 'policy').toString()))
    expect(value.policies.length).toBeGreaterThan(10)
    expect(xfrmSchema.parse(structuredClone(value))).toEqual(value)
    expect([interrupted, problems]).toEqual([false, []])
  })

  it('reads random states as ip prints them, without their keys', ({ task, skip }) => {
    for (const line of randomStates(pick, 60)) netns.batch([line])
    const states = parseStates(netns.ip('-s', 'xfrm', 'state').toString())
    if (states.length === 0) {
      task.meta.skipped = 'needs a kernel with ESP or AH'
      skip(task.meta.skipped)
    }
    const { value, interrupted, problems } = readXfrm(netns.netlink(NETLINK_XFRM), names)
    expect(value.states).toEqual(states)
    expect(xfrmSchema.parse(structuredClone(value))).toEqual(value)
    expect(JSON.stringify(value)).not.toContain('5a5a5a5a')
    expect([interrupted, problems]).toEqual([false, []])
    process.stdout.write(`xfrm: ${states.length} states equal\n`)
  })
})

/** struct xfrm_usersa_info of an ESP state between two IPv4 addresses, all else zero. */
const writeState = (w: ByteWriter): ByteWriter =>
  w
    .zeros(56)
    .raw(Uint8Array.from([10, 0, 0, 2]))
    .zeros(12)
    .be32(0x100)
    .u8(50)
    .zeros(3)
    .raw(Uint8Array.from([10, 0, 0, 1]))
    .zeros(12 + 64 + 32 + 12 + 4)
    .u32(13681891)
    .u16(2)
    .zeros(10)

it('overwrites the keys of an association where they lie', () => {
  const XFRMA_ALG_AEAD = 18
  const key = Uint8Array.from({ length: 20 }, () => 0x5a)
  const bytes = encodeMessage({ type: 0x10, flags: 0 }, w => {
    writeState(w)
      .u16(4 + 72 + 20)
      .u16(XFRMA_ALG_AEAD)
    w.raw(new TextEncoder().encode('rfc4106(gcm(aes))'.padEnd(64, '\0')))
      .u32(160)
      .u32(64)
      .raw(key)
  })
  expect([...bytes].filter(byte => byte === 0x5a)).toHaveLength(20)
  eachMessage(bytes, bytes.length, message => {
    expect(decodeState(message)).toMatchObject({
      src: '10.0.0.1',
      dst: '10.0.0.2',
      spi: '0x00000100',
      aead: 'rfc4106(gcm(aes)) 64',
    })
  })
  expect(bytes).not.toContain(0x5a)
})

it('lets nothing but DecodeError out of bad bytes', () => {
  fc.assert(
    fc.property(
      fc.constantFrom(0x10, 0x13),
      fc.uint8Array({ maxLength: 500 }),
      fc.boolean(),
      (type, noise, isState) => {
        const bytes = encodeMessage({ type, flags: 0 }, w => (isState ? writeState(w) : w).raw(noise))
        try {
          eachMessage(bytes, bytes.length, message => {
            decodeState(message)
            decodePolicy(message, names)
          })
        } catch (error) {
          expect(error).toBeInstanceOf(DecodeError)
        }
      },
    ),
    { numRuns: 2000 },
  )
})
