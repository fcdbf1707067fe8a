import { eachMessage, encodeMessage } from 'netlink-codec'
import { describe, expect, it } from 'vitest'
import { shareRows } from '../../src/collectors/kernel/shared-rows.ts'

type Row = { readonly type: number; readonly family: number; readonly value: number }

/** Rows of messages of: type, family, a number in the header that tells of the dump, and a value. */
function rowsOf(
  share: ReturnType<typeof shareRows<Row>>,
  messages: readonly (readonly [number, number, number, number])[],
): (Row | undefined)[] {
  return messages.map(([type, family, dumped, value]) => {
    const bytes = encodeMessage({ type, flags: 0 }, writer =>
      writer.u8(family).zeros(1).u16(dumped).u32(value),
    )
    let row: Row | undefined
    eachMessage(bytes, bytes.length, message => {
      row = share(message)
    })
    return row
  })
}

const shareThem = (): ReturnType<typeof shareRows<Row>> =>
  shareRows(
    ({ reader, type, start }) => ({ type, family: reader.u8(start), value: reader.u32(start + 4) }),
    4,
  )

describe('shared rows', () => {
  it('are one for equal bytes, whatever the dump and the order', () => {
    const share = shareThem()
    const [one, two] = rowsOf(share, [
      [1, 2, 7, 10],
      [1, 2, 7, 20],
    ])
    const again = rowsOf(share, [
      [1, 2, 8, 10],
      [1, 2, 8, 20],
      [1, 2, 8, 20],
      [1, 2, 8, 10],
    ])
    expect(again.every((row, index) => row === [one, two, two, one][index])).toBe(true)
  })

  it('are apart for another type, family or value', () => {
    const share = shareThem()
    for (let round = 0; round < 3; round++) {
      expect(
        rowsOf(share, [
          [1, 2, 0, 10],
          [2, 2, 0, 10],
          [1, 10, 0, 10],
          [1, 2, 0, 11],
        ]),
      ).toEqual([
        { type: 1, family: 2, value: 10 },
        { type: 2, family: 2, value: 10 },
        { type: 1, family: 10, value: 10 },
        { type: 1, family: 2, value: 11 },
      ])
    }
  })

  it('are apart where another one is expected', () => {
    const share = shareThem()
    const families = [2, 10, 2, 2, 10, 10, 2]
    const rows = rowsOf(
      share,
      families.map(family => [1, family, 0, 10] as const),
    )
    expect(rows.map(row => row?.family)).toEqual(families)
  })
})
