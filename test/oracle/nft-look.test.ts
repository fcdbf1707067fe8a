import { describe, expect, test } from 'vitest'
import { needs } from '../support/needs.ts'
import { dockerTables } from './nft-docker-tables.ts'
import { makeNftNetns } from './nft-namespace.ts'

const COUNT = 100_000

const namedObjects = `
table inet made {
  counter seen { }
  quota much { over 1 mbytes }
  chain c {
    counter name "seen"
    quota name "much" drop
  }
}
`

describe('a look at nf_tables', needs('root', 'program:nft', 'program:iptables-nft-restore'), () => {
  test('changes nothing', () => {
    const netns = makeNftNetns()
    try {
      const list = () => ['tables', 'ruleset'].map(what => netns.tool('nft', ['-a', 'list', what]))
      const nothing = list()
      expect(netns.read().value).toEqual({ netfilter: [], nft: [] })
      expect(list()).toEqual(nothing)
      netns.tool('nft', ['-f', '-'], dockerTables)
      netns.tool('iptables-nft-restore', [], '*nat\n-A OUTPUT -d 127.0.0.11 -j ACCEPT\nCOMMIT\n')
      const something = list()
      const { value } = netns.read()
      for (let times = 0; times < 50; times++) expect(netns.read().value).toEqual(value)
      expect(list()).toEqual(something)
    } finally {
      netns.remove()
    }
  })

  test('sees named objects', () => {
    const netns = makeNftNetns()
    try {
      netns.tool('nft', ['-f', '-'], namedObjects)
      expect(netns.read().value.nft).toMatchObject([
        {
          objects: [
            { kind: 'counter', name: 'seen' },
            { kind: 'quota', name: 'much' },
          ],
          rules: [{ text: 'counter name "seen"' }, { text: 'quota name "much" drop' }],
        },
      ])
    } finally {
      netns.remove()
    }
  })

  test(`reads ${COUNT} rules of one namespace`, { timeout: 300_000 }, () => {
    const netns = makeNftNetns()
    try {
      const rules = Array.from({ length: COUNT }, (_, i) => {
        const address = `10.${i >> 16}.${(i >> 8) & 255}.${i & 255}/32`
        return `[${i}:${i}] -A FORWARD -s ${address} -p tcp -m tcp --dport ${1 + (i % 65535)} -j ACCEPT`
      })
      netns.tool('iptables-nft-restore', ['--counters'], `*filter\n${rules.join('\n')}\nCOMMIT\n`)
      const { value, interrupted, problems } = netns.read()
      expect({ interrupted, problems }).toEqual({ interrupted: false, problems: [] })
      const texts = value.netfilter[0]?.rules.map(
        ({ text, packets, bytes }) => `[${packets}:${bytes}] ${text}`,
      )
      expect(texts).toEqual(rules)
    } finally {
      netns.remove()
    }
  })
})
