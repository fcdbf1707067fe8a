import { describe, expect, it } from 'vitest'
import type { Snapshot } from '../../src/snapshot/index.ts'
import type { ScreenModel } from '../../src/ui/model/screen.ts'
import { clusterSession } from '../../src/ui/model/session.ts'
import { lineText, type Span } from '../../src/ui/model/span.ts'
import { tabIds } from '../../src/ui/model/tabs/tab-id.ts'
import { views } from '../../src/ui/model/views/index.ts'
import { renderOnce } from '../../src/ui/once.ts'
import { width } from '../../src/util/width.ts'
import { capturedSnapshots } from '../support/cluster-captures.ts'
import { clusterOf } from './synthetic.ts'
import { userOf } from './user.tsx'

/** What a stranger may call a container, a service, a label, an interface. */
const endings: readonly string[] = [
  '\u001b]0;x\u0007\u001b[2J\u001b[31m\u009b5n\r\n\t\u0000\u007f',
  '网络ネットワーク😀🚀Ａ',
  `e\u0301\u0302\u0303\u0304${'\u0316'.repeat(60)}\u20dd`,
  '\u202e\u2066שלום\u2069\u200fمرحبا\u202c',
  '👨\u200d👩\u200d👧\u200d👦🇩🇪👍🏽\ufe0f\u200b\u2060\u00ad\ufeff\u{e0041}',
  '\ud800x\udc00\uffff\u2028\u2029',
  'x网\u001b'.repeat(3334),
]

/** Equal names end in the same, so that what belongs together still does; `turn` gives each another ending. */
function endingOf(name: string, turn: number): string {
  let sum = turn
  for (const character of name) sum += character.codePointAt(0) ?? 0
  return endings[sum % endings.length] ?? ''
}

/** Fields that hold a name which somebody chose. */
const names = new Set([
  'ifname',
  'ifalias',
  'dev',
  'master',
  'iif',
  'oif',
  'viaIf',
  'label',
  'Name',
  'Names',
  'Hostname',
  'Image',
  'Err',
  'Error',
  'Message',
  'comment',
  'hostname',
  'name',
  'reason',
  'kernel',
])

type Rename = (name: string) => string

function poisoned(value: unknown, rename: Rename, key = '', isName = false): unknown {
  if (typeof value === 'string') return isName ? rename(value) : value
  if (Array.isArray(value)) return value.map(item => poisoned(item, rename, key, isName))
  if (typeof value !== 'object' || value === null) return value
  // Labels are names on both sides; services of a network are called by their keys.
  const areKeys = key === 'Labels' || key === 'Services'
  return Object.fromEntries(
    Object.entries(value).map(([name, inner]) => [
      areKeys && !name.startsWith('com.docker.') ? rename(name) : name,
      poisoned(inner, rename, name, key === 'Labels' ? !name.endsWith('.id') : names.has(name)),
    ]),
  )
}

type Cluster = [Snapshot, ...Snapshot[]]

/** Two nodes of a swarm on which everything has a bad name. */
function hostile(turn: number): Cluster {
  const rename: Rename = name => name + endingOf(name, turn)
  return capturedSnapshots('swarm')
    .slice(0, 2)
    .map(({ namespaces, sources, ...node }) => ({
      ...(poisoned(node, rename) as Snapshot),
      sources,
      namespaces: namespaces.map(({ netfilter, id, kind, sources: reports, ...parts }) => ({
        ...(poisoned(parts, rename) as (typeof namespaces)[number]),
        id,
        kind,
        sources: reports.map(report => ({ ...report, reason: rename(report.reason ?? '') })),
        netfilter: netfilter.map(table => ({
          ...table,
          chains: table.chains.map(chain => ({ ...chain, name: rename(chain.name) })),
          rules: table.rules.map(rule => ({ ...rule, chain: rename(rule.chain), text: rename(rule.text) })),
        })),
      })),
    })) as unknown as Cluster
}

// oxlint-disable-next-line no-control-regex -- what is looked for.
const raw = /[\u0000-\u001f\u007f-\u009f\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u

/** What is wrong with a frame: sentences, none for a good one. */
function faultsOf(screen: ScreenModel, columns: number): string[] {
  if (screen.kind === 'message') return ['too small']
  const faults: string[] = []
  const check = (spans: readonly Span[], wanted: number, where: string): void => {
    const text = lineText({ spans })
    if (raw.test(text)) faults.push(`${where}: ${JSON.stringify(text.slice(0, 200))} is raw`)
    if (width(text) !== wanted)
      faults.push(`${where}: ${width(text)} columns, not ${wanted}: ${text.slice(0, 200)}`)
  }
  check(screen.header.spans, columns, 'header')
  check(screen.crumbs.spans, columns, 'crumbs')
  check(screen.footer.spans, columns, 'footer')
  for (const pane of screen.panes) {
    check(pane.title, pane.titleColumns, `${pane.id} title`)
    for (const line of pane.lines) check(line.spans, pane.columns, pane.id)
  }
  return faults
}

const overlays: readonly (readonly [name: string, keys: readonly string[]])[] = [
  ['all of a row', ['tab', 'enter']],
  ['JSON', ['y']],
  ['origin', ['o']],
  ['wiring', ['w', 'right', 'right']],
  ['help', ['?']],
  ['export', ['e']],
  ['palette', [':']],
  ['palette with words', [':', 'e', 't', 'h']],
  ['filter', ['/', 'e', 't']],
]

describe('hostile names', () => {
  const sizes = [
    [60, 16],
    [80, 24],
    [120, 40],
    [200, 60],
  ] as const
  const clusters = sizes.map((_, turn) => clusterSession(hostile(2 * turn)))

  it.each(
    views.flatMap(({ id }) => sizes.map(([columns, rows], turn) => [id, columns, rows, turn] as const)),
  )(
    'never reach the view %s of %ix%i raw, nor break a column',
    (id, columns, rows, turn) => {
      const user = userOf(clusters[turn]!, columns, rows, id)
      const faults = new Map<string, string>()
      const look = (where: string): void => {
        const [first] = faultsOf(user.screen(), columns)
        if (first !== undefined) faults.set(where, first)
      }
      look('list')
      for (const [name, keys] of overlays) {
        user.press('j', ...keys)
        look(name)
        user.press('escape', 'escape', 'shift-tab', 'escape')
      }
      user.press('tab')
      for (let tab = 0; tab < (id === 'namespaces' ? tabIds.length : 3); tab++) {
        look(`tab ${tab}`)
        user.press('j', ']')
      }
      user.stop()
      expect(Object.fromEntries(faults)).toEqual({})
      // Some thirty frames of names as long as ten screens: a busy machine takes its time.
    },
    240_000,
  )

  it('are drawn by the real components in so many columns, too', () => {
    const user = userOf(clusterSession(hostile(1)), 120, 40, 'overview')
    for (const { key } of views) {
      user.press(key)
      for (const line of user.text()) {
        expect(line).not.toMatch(raw)
        expect(width(line)).toBeLessThanOrEqual(120)
      }
    }
    user.stop()
  })

  it('are in the text overview as escapes', () => {
    const text = renderOnce(clusterOf(...hostile(3)), { width: 100, color: false, ascii: false, plain: true })
    for (const line of text.split('\n')) {
      expect(line).not.toMatch(raw)
      expect(width(line)).toBeLessThanOrEqual(100)
    }
    expect(text).toContain(String.raw`\x1b`)
  })
})
