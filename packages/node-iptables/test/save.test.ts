import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { parseRule, parseSave, printRule, printTable, SaveSyntaxError } from '../src/index.ts'
import { splitWords } from '../src/text/words.ts'

/** What a swarm manager's namespaces printed, every table of it. */
describe.each(['docker-20.10-legacy', 'docker-26.1-nft'])('%s', name => {
  const text = readFileSync(new URL(`../fixtures/${name}.txt`, import.meta.url), 'utf8')
  const tables = parseSave(text)

  it('is printed back as it was', () => {
    const printed = tables.map(table => printTable(table, { counters: true })).join('')
    expect(printed).toBe(text.replaceAll(/^#.*\n/gm, ''))
    expect(tables.reduce((sum, { rules }) => sum + rules.length, 0)).toBeGreaterThan(80)
  })

  it('holds nothing that is not known', () => {
    const values = tables.flatMap(({ rules }) => rules.flatMap(({ matches, target }) => [...matches, target]))
    expect(values.filter(value => value.name === 'unknown')).toEqual([])
  })
})

describe('a rule', () => {
  it.each([
    // The words that Docker's own code passes to iptables.
    [
      '-A OUTPUT -d 10.0.0.3/32 -j MARK --set-mark 257',
      '-A OUTPUT -d 10.0.0.3/32 -j MARK --set-xmark 0x101/0xffffffff',
    ],
    [
      '-A OUTPUT -p udp --dport 4789 -m u32 --u32 "0>>22&0x3C@12&0xFFFFFF00=1049088" -j MARK --set-mark 13681891',
      '-A OUTPUT -p udp -m udp --dport 4789 -m u32 --u32 "0x0>>0x16&0x3c@0xc&0xffffff00=0x100200" -j MARK --set-xmark 0xd0c4e3/0xffffffff',
    ],
    ['-A OUTPUT -p icmp --icmp echo-request -j DROP', undefined],
    [
      '-A OUTPUT -p icmp --icmp-type echo-request -d 10.0.0.3 -j DNAT --to-destination 127.0.0.1',
      '-A OUTPUT -d 10.0.0.3/32 -p icmp -m icmp --icmp-type 8 -j DNAT --to-destination 127.0.0.1',
    ],
    ['-A FORWARD -s ! 10.0.0.0/8 -i ! eth0 -j ACCEPT', '-A FORWARD ! -s 10.0.0.0/8 ! -i eth0 -j ACCEPT'],
    ['-A INPUT --source 10.1.2.3/16 --protocol 6 --jump RETURN', '-A INPUT -s 10.1.0.0/16 -p tcp -j RETURN'],
    [
      '-A INPUT -s 0.0.0.0/0 -i + -m comment --comment -j -j ACCEPT',
      '-A INPUT -m comment --comment -j -j ACCEPT',
    ],
    ['-A INPUT -m future --with "two words" -j FUTURE --and it', undefined],
    ['-A INPUT -m tcp --not-an-option 5 -j LOG --log-level 99', undefined],
  ])('%s', (text, printed) => {
    expect(printRule(parseRule(text, 'ip'), 'ip')).toBe(
      printed ?? text.replace('-p icmp --icmp', '-p icmp -m icmp --icmp'),
    )
  })

  it('reads counters in both forms', () => {
    expect(parseRule('[12:720] -A INPUT -j ACCEPT', 'ip')).toMatchObject({ packets: '12', bytes: '720' })
    expect(parseRule('-A INPUT -c 12 720 -j ACCEPT', 'ip')).toMatchObject({ packets: '12', bytes: '720' })
  })

  it('tells a chain from a target by what the table declares', () => {
    const [table] = parseSave(
      '*filter\n:INPUT ACCEPT\n:LATER - [0:0]\n-A INPUT -j LATER\n-A INPUT -j MISSING\nCOMMIT\n',
    )
    expect(table?.rules.map(rule => rule.target)).toEqual([
      { name: 'jump', chain: 'LATER' },
      { name: 'unknown', extension: 'MISSING', revision: 0, hex: '', words: [] },
    ])
  })

  it.each([
    ['-A INPUT -s 10.0.0 -j ACCEPT', "'10.0.0' is no address"],
    ['-A INPUT -p nonsense', "'nonsense' is no protocol"],
    ['-A INPUT -j', 'no value behind -j'],
    ['-j ACCEPT', 'no -A'],
    ['-A INPUT --dport 80', "'--dport' is no option"],
  ])('that is none: %s', (text, message) => {
    expect(() => parseRule(text, 'ip')).toThrow(SaveSyntaxError)
    expect(() => parseSave(`*filter\n\n${text}\nCOMMIT\n`)).toThrow(`line 3: ${message}`)
  })
})

it('splits words as iptables-restore does', () => {
  const text = String.raw`-m comment --comment "a \"b\" \\ c" --x a"b c"d  "" it's \n`
  expect(splitWords(text).map(word => word.text)).toEqual([
    '-m',
    'comment',
    '--comment',
    String.raw`a "b" \ c`,
    '--x',
    'ab c',
    'd',
    '',
    "it's",
    String.raw`\n`,
  ])
  expect(
    splitWords(text)
      .map(word => word.raw)
      .join(' '),
  ).toBe(text.replace('"d  ""', '" d ""'))
})

it.each(['*filter\n*nat\nCOMMIT\n', '*filter\n', ':INPUT ACCEPT\n', '*filter\n:INPUT\nCOMMIT\n'])(
  'refuses %j',
  text => {
    expect(() => parseSave(text)).toThrow(SaveSyntaxError)
  },
)
