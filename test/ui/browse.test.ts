import { describe, expect, it } from 'vitest'
import { namespaceKinds, type Namespace, type Snapshot, sourceStatuses } from '../../src/snapshot/index.ts'
import { tabIds } from '../../src/ui/model/tabs/tab-id.ts'
import { views } from '../../src/ui/model/views/index.ts'
import { renderOnce } from '../../src/ui/once.ts'
import { clusterOf, emptyNamespace, syntheticSnapshot } from './synthetic.ts'
import { scriptedSession, userOf } from './user.tsx'

const snapshot = syntheticSnapshot()

/** The row with the cursor in front of it. */
function chosen(text: readonly string[]): string {
  return (
    text
      .find(line => line.startsWith('▌'))
      ?.slice(2)
      .trim() ?? ''
  )
}

function withNamespaces(base: Snapshot, namespaces: Namespace[], takenAt = base.takenAt): Snapshot {
  return { ...base, takenAt, namespaces }
}

describe('moving', () => {
  it.each([
    [['j', 'j'], 'lb_nvpbs39b6'],
    [['down', 'j', 'k'], 'ingress_sbox'],
    [['G'], 'blue'],
    [['end', 'up'], '185ba926db69'],
    [['G', 'g'], 'default'],
    [['j', 'home'], 'default'],
    [['k', 'k'], 'default'],
    [['page-down', 'page-down', 'j'], 'blue'],
    [['ctrl-d'], '18583ab9505f'],
    [['ctrl-d', 'ctrl-u'], 'default'],
    [['G', 'page-up'], 'default'],
  ])('%j leads to %s', (keys, name) => {
    const user = userOf(snapshot, 80, 20)
    user.press(...keys)
    expect(chosen(user.text())).toContain(name)
    user.stop()
  })

  it('takes a burst of keys as so many keys', () => {
    const burst = userOf(syntheticSnapshot({ sandboxes: 100 }), 80, 24)
    burst.press(...'j'.repeat(60))
    expect(burst.text().at(-1)).toContain('61 of 106')
    burst.stop()
  })

  it('moves between panes, tabs and back', () => {
    const user = userOf(snapshot)
    expect(user.text()[2]).toMatch(/^━━ Namespaces 12 ━+ {2}── default host/)
    user.press('tab')
    expect(user.text()[2]).toMatch(/^── Namespaces 12 ─+ {2}━━ default host/)
    user.press('escape')
    expect(user.text()[2]).toMatch(/^━━ Namespaces/)
    user.press('[')
    expect(user.line('rtnl.links')).toContain('✔ ok')
    user.press(']', ']')
    expect(user.line('192.168.122.31/24')).toContain('ens3')
    user.stop()
  })

  it('goes over interfaces one by one, each as tall as it is', () => {
    const user = userOf(snapshot, 80, 24)
    user.press('enter')
    expect(chosen(user.text())).toMatch(/^lo: flags=73<UP,LOOPBACK,RUNNING>/)
    user.press('j')
    expect(chosen(user.text())).toMatch(/^ens3: flags=4163<UP,BROADCAST,RUNNING,MULTICAST>/)
    user.press('G')
    expect(chosen(user.text())).toMatch(/^veth/)
    expect(user.text().at(-1)).toContain('10 of 10')
    user.stop()
  })
})

describe('filter and order', () => {
  it.each([
    ['ingress', 1],
    ['!container', 6],
    ['container 1853', 1],
    ['kind=lb', 1],
    ['~igrss', 1],
    ['/run/netns/blue', 1],
    ['nothing-like-it', 0],
  ])('%j finds %i', (typed, count) => {
    const user = userOf(snapshot)
    user.press('/', ...typed, 'enter')
    expect(user.text()[2]).toContain(`Namespaces ${count} `)
    expect(user.text()[3]).toContain(`hides ${12 - count} of 12`)
    user.stop()
  })

  it('takes keys as text while it is typed, and says what it hides until it is cleared', () => {
    const user = userOf(snapshot)
    user.press('/', 'j', 'q', 'backspace', 'backspace', 'l', 'b')
    expect(user.effects).toEqual([])
    expect(user.text()[3]).toContain(' lb█')
    user.press('enter')
    expect(user.text()[3]).toMatch(/filter .*lb .*hides 11 of 12/)
    user.press('escape')
    expect(user.text()[2]).toContain('Namespaces 12')
    user.press('/', 'x', 'ctrl-u', 'o', 'escape')
    expect(user.text()[2]).toContain('Namespaces 12')
    user.stop()
  })

  it.each([60, 80])('says what a filter hides that is wider than %i columns', columns => {
    const user = userOf(snapshot, columns, 24)
    const long = `${'x'.repeat(columns * 2)}.end`
    user.press('/', ...long)
    expect(user.text()[3]).toMatch(/ filter  …x+\.end█ +hides 12 of 12/)
    user.press('enter')
    expect(user.text()[3]).toMatch(/ filter  …x+\.end +hides 12 of 12/)
    user.press(':', ...long)
    expect(user.line('x.end█')).toMatch(/ :  …x+\.end█ +0 found/)
    user.stop()
  })

  it('takes pasted text into a filter, and nowhere else', () => {
    const user = userOf(snapshot)
    user.paste('q')
    expect(user.effects).toEqual([])
    user.press('/')
    user.paste('lb\n')
    expect(user.text()[2]).toContain('Namespaces 1 ')
    user.stop()
  })

  it('keeps the headings of the rules that it finds', () => {
    const user = userOf(snapshot, 120, 40)
    user.press('tab', ...']]]]]', '/', ...'8080', 'enter')
    const rows = user.text().map(row => row.slice(46))
    expect(rows.filter(row => /\*nat|:DOCKER|8080/.test(row))).toHaveLength(3 + 1)
    user.stop()
  })

  it('orders by each column in turn, and back to the order of the kernel', () => {
    const user = userOf(snapshot, 120, 40)
    user.press('s', 's', 's')
    expect(user.text()[3]).toContain('LINK↑')
    expect(chosen(user.text())).toContain('default')
    user.press('S')
    expect(user.text()[3]).toContain('LINK↓')
    expect(user.text()[4]).toContain('blue')
    user.press('s', 's', 's', 's', 's')
    expect(user.text()[3]).not.toMatch(/[↑↓]/)
    user.stop()
  })

  it('shows only problems, and says so', () => {
    const user = userOf(snapshot)
    user.press('z')
    expect(user.text()[2]).toContain('Namespaces 1 ')
    expect(user.text()[3]).toMatch(/problems .*hides 11 of 12/)
    expect(chosen(user.text())).toContain('lb_nvpbs39b6')
    user.stop()
  })
})

describe('data that changes', () => {
  it('keeps the chosen namespace when others come and go, and its neighbour when it goes', () => {
    const { session, show } = scriptedSession(snapshot)
    const user = userOf(session)
    user.press('j', 'j')
    const before = [emptyNamespace('net:[1]', 'host', 'another-host'), ...snapshot.namespaces]
    show(withNamespaces(snapshot, before))
    expect(chosen(user.text())).toContain('lb_nvpbs39b6')
    show(
      withNamespaces(
        snapshot,
        before.filter(({ kind }) => kind !== 'load-balancer'),
      ),
    )
    expect(chosen(user.text())).toContain('1-i6xug49nwd')
    show(withNamespaces(snapshot, []))
    expect(user.text()[2]).toContain('Namespaces 0')
    show(snapshot)
    expect(chosen(user.text())).not.toBe('')
    user.stop()
  })

  it('tells rates from two readings, and none from one', () => {
    const later = syntheticSnapshot({ tick: 5, takenAt: '2026-11-23T05:20:13.031Z' })
    const { session, show } = scriptedSession(snapshot)
    const user = userOf(session, 120, 40)
    user.press('tab', 'j')
    expect(user.line('RX packets 4812331')).not.toContain('pkt/s')
    show(later)
    // 5 ticks of 1,300 packets in two seconds.
    expect(user.line('RX packets 4818831')).toContain('3250 pkt/s')
    user.press(...']]]]]')
    expect(user.line('DOCKER-INGRESS\n') ?? user.line('-m addrtype --dst-type LOCAL -j DOCKER-IN')).toMatch(
      /7\.5 /,
    )
    user.stop()
  })

  it('freezes, and follows again', () => {
    const { session, show } = scriptedSession(snapshot)
    const user = userOf(session)
    user.press('f')
    show(withNamespaces(snapshot, []))
    expect(user.text()[0]).toContain('frozen')
    expect(user.text()[2]).toContain('Namespaces 12')
    user.press('f')
    expect(user.text()[2]).toContain('Namespaces 0')
    user.stop()
  })

  it('tells how old the data is, and why nothing is read any more', () => {
    const { session, show } = scriptedSession(snapshot)
    const user = userOf(session)
    expect(user.text()[0]).toMatch(/● live 3 s/)
    show(snapshot, { lastError: 'the collector ended' })
    expect(user.text()[0]).toContain('✖ not reading')
    user.stop()
  })

  it('tells the session what is on the screen', () => {
    const { session, asked } = scriptedSession(snapshot)
    const user = userOf(session)
    user.press('j', ']')
    user.press('r')
    expect(asked).toEqual([
      `${snapshot.namespaces[0]?.id} interfaces`,
      `${snapshot.namespaces[1]?.id} addresses`,
      'refresh',
    ])
    user.stop()
  })

  it.each(views.map(({ id }) => id))('tells it once at the beginning in the view %s', view => {
    // The session waits for that with what is to come after the first frame: the daemon is asked then.
    const { session, asked } = scriptedSession(snapshot)
    const user = userOf(session, 120, 40, view)
    expect(asked).toHaveLength(1)
    user.stop()
  })

  it('does not touch the screen when nothing looks different', () => {
    const { session, show } = scriptedSession(snapshot)
    const user = userOf(session)
    show(snapshot)
    const before = user.screen()
    show({ ...snapshot, namespaces: snapshot.namespaces.map(namespace => ({ ...namespace })) })
    expect(user.screen()).toBe(before)
    user.stop()
  })
})

describe('the first line', () => {
  it('has the name of the host, also when that is longer than the line', () => {
    const named = { ...snapshot, host: { ...snapshot.host, hostname: `ip-10-0-0-1.${'x'.repeat(300)}` } }
    const user = userOf(named, 80, 24)
    expect(user.text()[0]).toMatch(/^ ip-10-0-0-1\.x+… /)
    user.stop()
  })
})

describe('unknown is never shown as empty', () => {
  const reason = 'needs CAP_NET_ADMIN'

  it.each(tabIds.filter(tab => tab !== 'sources'))('%s says why it is empty', tab => {
    const steps = tabIds.slice(0, tabIds.indexOf(tab)).map(() => ']')
    const told = (status: (typeof sourceStatuses)[number] | 'unread'): string => {
      const base = { ...emptyNamespace('net:[1]', 'other', 'blue'), sysctls: {}, rules: [] }
      const { conntrack: _, ...namespace } = base
      const sources =
        status === 'unread'
          ? []
          : namespace.sources.map(source => ({ ...source, status, ...(status !== 'ok' && { reason }) }))
      const user = userOf(withNamespaces(snapshot, [{ ...namespace, sources }]), 100, 30)
      user.press(...steps)
      const text = user.text().join('\n')
      user.stop()
      return text
    }
    for (const status of sourceStatuses.filter(status => status !== 'ok')) {
      expect(told(status)).toContain(status)
      expect(told(status)).toContain(reason)
    }
    expect(told('ok')).toMatch(/No .*\.\n[\s\S]*✔ read ok at 05:20:11 UTC/)
    expect(told('unread')).toContain('not read yet')
  })

  it('says so beside rows that are not all', () => {
    const [host, ...others] = snapshot.namespaces
    if (!host) throw new Error('no host')
    const sources = host.sources.map(source =>
      source.source === 'rtnl.routes'
        ? { ...source, status: 'interrupted' as const, reason: 'changed while it was read' }
        : source,
    )
    const user = userOf(withNamespaces(snapshot, [{ ...host, sources }, ...others]))
    user.press(']', ']')
    expect(user.line('rtnl.routes interrupted: changed')).toBeDefined()
    expect(user.line('table main')).toBeDefined()
    user.stop()
  })

  it('a namespace that cannot be entered says it in every tab', () => {
    const closed: Namespace = {
      ...emptyNamespace('net:[1]', 'container', 'closed'),
      sources: [
        { source: 'namespace', status: 'forbidden', tookMs: 0, reason: 'needs CAP_SYS_ADMIN (run as root)' },
      ],
    }
    const user = userOf(withNamespaces(snapshot, [closed]), 80, 30)
    expect(user.text()[4]).toMatch(/^▌▲ container {2}closed +\? +\? +\? +\? +0$/)
    user.press('tab')
    for (const _ of tabIds) {
      expect(user.line('needs CAP_SYS_ADMIN')).toBeDefined()
      user.press(']')
    }
    user.stop()
  })
})

describe('counts', () => {
  const counted = (status: (typeof sourceStatuses)[number] | undefined): string => {
    const base = emptyNamespace('net:[1]', 'other', 'blue')
    const sources = status === undefined ? [] : base.sources.map(source => ({ ...source, status }))
    const one = withNamespaces(snapshot, [{ ...base, sources }])
    const user = userOf(one, 80, 24)
    const heading = user.line(' KIND ') ?? ''
    const row = user.line('other ') ?? ''
    user.stop()
    return row.slice(heading.indexOf('LINK')).trim().replaceAll(/ +/g, ' ')
  }

  it.each<[(typeof sourceStatuses)[number] | undefined, string]>([
    ['ok', '0 0 0 0 0'],
    ['partial', '0 0 0 0 0'],
    ['interrupted', '0 0 0 0 0'],
    ['unavailable', '- - - - 0'],
    ['forbidden', '? ? ? ? 0'],
    ['timeout', '? ? ? ? 0'],
    ['gone', '? ? ? ? 0'],
    [undefined, '… … … … 0'],
  ])('of sources that are %s are %s', (status, shown) => {
    expect(counted(status)).toBe(shown)
  })

  it('of all namespaces say when some are not known', () => {
    const [first, second, ...others] = snapshot.namespaces
    if (!first || !second) throw new Error('too few namespaces')
    const user = userOf(withNamespaces(snapshot, [first, { ...second, ...unread }, ...others]), 140, 30)
    expect(user.text()[0]).toContain('12 namespaces  39+ links  20+ rules')
    user.stop()
  })

  const unread = { links: [], netfilter: [], ipvs: { services: [] }, sources: [] }
})

describe('windows over the lists', () => {
  it('help is made from the table of keys, scrolls and closes', () => {
    const user = userOf(snapshot, 80, 24)
    user.press('?')
    expect(user.text()[2]).toContain('━━ Keys ━')
    user.press('G')
    expect(user.text().at(-1)).toMatch(/of \d+$/)
    expect(user.text().at(-1)).not.toMatch(/ 1-/)
    user.press('q')
    expect(user.effects).toEqual([])
    expect(user.text()[2]).toContain('Namespaces')
    user.stop()
  })

  it('a row as JSON is what the snapshot holds, and can be copied', () => {
    const user = userOf(snapshot, 120, 50)
    user.press('j', 'tab', ']', 'y', 'c')
    const [copied = ''] = user.effects
    expect(JSON.parse(copied.slice('copy '.length))).toEqual(snapshot.namespaces[1]?.addresses[0])
    expect(user.text().at(-1)).toContain('OSC 52')
    user.press('escape', 'c')
    expect(user.effects[1]).toBe('copy lo\t127.0.0.1/8\t-\t-\thost\tforever\t-')
    user.stop()
  })

  it('the origin of a datum names its source, how it is read and how long it took', () => {
    const user = userOf(snapshot)
    user.press('tab', ']', 'o')
    expect(user.line('rtnl.addresses')).toMatch(/^✔/)
    expect(user.line('RTM_GETADDR')).toBeDefined()
    expect(user.line('ip addr')).toBeDefined()
    expect(user.line('rtnl.links')).toBeUndefined()
    user.stop()
  })

  it('all fields of a row', () => {
    const user = userOf(snapshot)
    user.press('tab', 'j', 'enter')
    expect(user.line('stats64.rx.packets')).toContain('4812331')
    user.stop()
  })

  it('asks for what it cannot do itself', () => {
    const user = userOf(snapshot)
    user.press('ctrl-l', 'ctrl-z', 'ctrl-c', 'q')
    expect(user.effects).toEqual(['redraw', 'suspend', 'quit 130', 'quit 0'])
    user.stop()
  })
})

describe('what the world names', () => {
  const nasty = [
    '\x1b[2J\x1b]0;pwned\x07',
    '\x9b31m',
    'a\nb\r\tc',
    '\u202egnp.exe',
    '\u200b\u2066',
    '\x00\x7f',
    '网络🇩🇪',
    '\ud800',
  ]

  /** The same value with every text in it followed by something nasty, but for the words of closed sets. */
  const kept = new Set<string>([
    ...sourceStatuses,
    ...namespaceKinds,
    'inet',
    'inet6',
    'masq',
    'local',
    'tunnel',
    'droute',
    'bypass',
    'tcp',
    'udp',
    'nft',
    'legacy',
    'ip',
    'ip6',
  ])
  const poison = (value: unknown, text: string): unknown => {
    if (typeof value === 'string') return kept.has(value) || /^\d+$/.test(value) ? value : value + text
    if (Array.isArray(value)) return value.map(item => poison(item, text))
    if (value === null || typeof value !== 'object') return value
    return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, poison(inner, text)]))
  }

  // Each drawing of a frame costs some ten milliseconds: every text once, and each in a test of its own.
  it.each(nasty.map(text => [JSON.stringify(text), text]))('%s never reaches the screen', (_, text) => {
    const poisoned = { ...(poison(snapshot, text) as Snapshot), takenAt: snapshot.takenAt }
    const frames: string[] = [
      renderOnce(clusterOf(poisoned), { width: 120, color: false, ascii: false, plain: true }),
    ]
    const user = userOf(poisoned, 120, 40)
    for (const keys of [['tab'], ...tabIds.map(() => [']']), ['y'], ['q', 'o'], ['q', 'enter']]) {
      user.press(...keys)
      frames.push(user.text().join('\n'))
    }
    user.stop()
    for (const frame of frames) expect(frame).not.toMatch(/[^\P{Cc}\n]|[\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u)
  })
})
