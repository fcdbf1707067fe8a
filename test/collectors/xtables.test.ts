import { IPT_SO_GET_ENTRIES, IPT_SO_GET_INFO, parseSave } from 'node-iptables'
import { encodeLegacyTable } from 'node-iptables/testing'
import { describe, expect, it } from 'vitest'
import { SystemCallError } from '../../src/collectors/kernel/libc.ts'
import { type GetSocketOption, hasXtables, readXtables } from '../../src/collectors/kernel/xtables.ts'

const save = `*filter
:INPUT ACCEPT [3:4]
:FORWARD DROP [0:0]
:OUTPUT ACCEPT [0:0]
:USER - [0:0]
[5:6] -A INPUT -p tcp -m tcp --dport 80 -j USER
COMMIT
`
const blob = encodeLegacyTable(parseSave(save, 'ip')[0]!)
const EAGAIN = 11

/** A kernel that answers entries with EAGAIN `busy` times; `asked` collects the options and table names. */
function kernel(busy: number, asked: string[] = []): GetSocketOption {
  let left = busy
  return (option, value) => {
    asked.push(`${option} ${new TextDecoder().decode(value.subarray(0, value.indexOf(0)))}`)
    if (option === IPT_SO_GET_INFO) value.set(blob.info)
    else if (left-- > 0) throw new SystemCallError('getsockopt', EAGAIN)
    else value.set(blob.entries)
  }
}

describe('legacy tables', () => {
  it('are read one by one, and only those that are there', () => {
    const asked: string[] = []
    const { value, interrupted } = readXtables('ip', 'filter\n', kernel(0, asked))
    expect(asked).toEqual([`${IPT_SO_GET_INFO} filter`, `${IPT_SO_GET_ENTRIES} filter`])
    expect(interrupted).toBe(false)
    expect(value).toMatchObject([
      {
        backend: 'legacy',
        family: 'ip',
        table: 'filter',
        chains: [{ name: 'INPUT', policy: 'ACCEPT', packets: '3' }, {}, {}, { name: 'USER', policy: null }],
        rules: [
          { chain: 'INPUT', packets: '5', bytes: '6', text: '-A INPUT -p tcp -m tcp --dport 80 -j USER' },
        ],
      },
    ])
  })

  it('are not asked for when there are none', () => {
    const never: GetSocketOption = () => expect.fail('asked')
    expect(hasXtables('')).toBe(false)
    expect(hasXtables('nat\n')).toBe(true)
    expect(readXtables('ip6', '', never).value).toEqual([])
  })

  it('are asked for again when they change in between, and given up as interrupted', () => {
    expect(readXtables('ip', 'filter\n', kernel(2))).toMatchObject({ interrupted: false, value: [{}] })
    expect(readXtables('ip', 'filter\n', kernel(99))).toMatchObject({ interrupted: true, value: [] })
  })

  it('throw what the kernel refuses', () => {
    const refuse: GetSocketOption = () => {
      throw new SystemCallError('getsockopt', 1)
    }
    expect(() => readXtables('ip', 'filter\n', refuse)).toThrow('EPERM')
  })
})
