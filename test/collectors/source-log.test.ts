import { DecodeError, NetlinkError } from 'netlink-codec'
import { describe, expect, it } from 'vitest'
import { needed } from '../../src/collectors/kernel/capability.ts'
import { SystemCallError } from '../../src/collectors/kernel/libc.ts'
import { createSourceLog, type Reading, Unreadable } from '../../src/collectors/kernel/source-log.ts'

function outcome(reader: () => Reading<string>): { value: string; status?: string; reason?: string } {
  const log = createSourceLog()
  const value = log.read('what', 'CAP_NET_ADMIN', 'fallback', reader)
  const { status, reason } = log.reports[0]!
  return { value, status, ...(reason !== undefined && { reason }) }
}

function netlinkError(errno: number, code: string): NetlinkError {
  return new NetlinkError({ op: 'dump what', errno, code, seq: 1 })
}

describe('a source', () => {
  it.each<[string, Reading<string>, object]>([
    ['read whole', { value: 'rows' }, { value: 'rows', status: 'ok' }],
    [
      'that is not there',
      { value: '', unavailable: 'this kernel has no IPVS loaded' },
      { value: '', status: 'unavailable', reason: 'this kernel has no IPVS loaded' },
    ],
    [
      'with rows that do not decode',
      { value: 'rows', problems: ['a', 'b', 'c', 'd', 'e'] },
      { value: 'rows', status: 'partial', reason: 'a; b; c; and 2 more' },
    ],
    [
      'that changes all the time',
      { value: 'rows', interrupted: true },
      { value: 'rows', status: 'interrupted', reason: 'changed while it was read, 4 times in a row' },
    ],
  ])('%s', (_, reading, expected) => {
    expect(outcome(() => reading)).toEqual(expected)
  })

  it('is asked again when it changed meanwhile', () => {
    let asked = 0
    expect(outcome(() => ({ value: `${++asked}`, interrupted: asked < 3 }))).toEqual({
      value: '3',
      status: 'ok',
    })
  })

  it.each([
    [new Unreadable('gone', 'vanished'), 'gone', 'vanished'],
    [netlinkError(1, 'EPERM'), 'forbidden', `dump what: EPERM: needs ${needed('CAP_NET_ADMIN')}`],
    [new SystemCallError('setns', 1), 'forbidden', `setns: EPERM: needs ${needed('CAP_NET_ADMIN')}`],
    [netlinkError(0, 'ETIMEDOUT'), 'timeout', 'dump what: ETIMEDOUT'],
    [netlinkError(0, 'ENOBUFS'), 'interrupted', 'dump what: ENOBUFS'],
    [netlinkError(95, 'EOPNOTSUPP'), 'unavailable', 'dump what: EOPNOTSUPP'],
    [new DecodeError('too short', 7), 'partial', 'too short (at byte 7)'],
  ])('that fails with %s is %s', (error, status, reason) => {
    const fail = (): never => {
      throw error
    }
    expect(outcome(fail)).toEqual({ value: 'fallback', status, reason })
  })

  it('does not hide an error of ours', () => {
    const fail = (): never => {
      throw new TypeError('undefined is not a function')
    }
    expect(() => outcome(fail)).toThrow(TypeError)
  })
})

describe('a capability that is needed', () => {
  const all = '000001ffffffffff'

  it.each([
    [1000, '0', 'CAP_SYS_PTRACE (run as root)'],
    // Docker's usual ones: CAP_SYS_PTRACE, CAP_SYS_ADMIN and CAP_NET_ADMIN are none of them.
    [0, '00000000a80425fb', 'CAP_SYS_PTRACE, which this root lacks'],
    [0, all, 'CAP_SYS_PTRACE over its user namespace'],
    [1000, all, 'CAP_SYS_PTRACE over its user namespace'],
  ])('is told to user %i with %s as %s', (uid, effective, words) => {
    expect(needed('CAP_SYS_PTRACE', { uid, effective })).toBe(words)
  })
})
