import { describe, expect, it } from 'vitest'
import { createNsidBook } from '../../src/collectors/kernel/nsid-book.ts'
import type { Link } from '../../src/snapshot/index.ts'

const veth = (ifindex: number, peer: number, nsid: number): Link => ({
  ifindex,
  ifname: `veth${ifindex}`,
  flags: [],
  mtu: 1500,
  link_index: peer,
  link_netnsid: nsid,
  linkinfo: { info_kind: 'veth' },
})

describe('the book of nsids', () => {
  it('wants no second look at a veth whose other end was not seen, and one as soon as it is', () => {
    const book = createNsidBook()
    const silent = (): undefined => undefined
    book.learn('host', [veth(5, 9, 0)], silent)
    expect(book.unexplained()).toEqual([])
    book.learn('sandbox', [veth(9, 5, 3)], silent)
    expect(book.unexplained()).toEqual(['host', 'sandbox'])
    book.learn('host', [veth(5, 9, 0)], id => (id === 'sandbox' ? 0 : undefined))
    expect(book.rows('host', [0])).toEqual([{ nsid: 0, namespace: 'sandbox' }])
    expect(book.rows('sandbox', [3])).toEqual([{ nsid: 3, namespace: 'host' }])
    expect(book.unexplained()).toEqual([])
  })

  it('does not take an end for the other one that points elsewhere', () => {
    const book = createNsidBook()
    const asked: string[] = []
    book.learn('host', [veth(5, 9, 0)], () => undefined)
    book.learn('stranger', [veth(9, 6, 1)], id => void asked.push(id))
    expect(asked).toEqual([])
    expect(book.unexplained()).toEqual([])
  })
})
