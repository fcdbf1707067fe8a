import { describe, expect, it } from 'vitest'
import { listings } from '../../src/commands/listings.ts'
import type { Namespace, Snapshot } from '../../src/snapshot/index.ts'
import { captureSnapshot } from '../support/swarm-capture.ts'
import { emptyNamespace, syntheticSnapshot } from './synthetic.ts'
import { scriptedSession, userOf } from './user.tsx'

/** What a user without rights sees of a node: that there are namespaces, and nothing of what is in them. */
function closedNode(): Snapshot {
  const { docker: _, ...base } = syntheticSnapshot()
  const closed = (id: string, kind: Namespace['kind'], name: string): Namespace => ({
    ...emptyNamespace(id, kind, name),
    sources: [
      { source: 'namespace', status: 'forbidden', tookMs: 0, reason: 'needs CAP_SYS_ADMIN (run as root)' },
    ],
  })
  return {
    ...base,
    sources: [{ source: 'docker.version', status: 'unavailable', tookMs: 0, reason: 'nothing is there' }],
    namespaces: [
      closed('net:[1]', 'host', 'host'),
      closed('net:[2]', 'overlay', '1-himecbr21x'),
      closed('net:[3]', 'container', '18531514ffd0'),
    ],
  }
}

/** What a view tells of it. */
function told(view: string, ...keys: string[]): string {
  const user = userOf(closedNode(), 120, 40, view)
  user.press(...keys)
  const text = user.text().join('\n')
  user.stop()
  return text
}

describe('what could not be read', () => {
  it.each<[string, string[], RegExp]>([
    ['overview', [], /3 sandboxes {2}\? endpoints/],
    ['overview', [], /himecbr21x .* \? endpoints/],
    ['overview', [], /No contradictions in what could be read/],
    ['overview', [], /endpoints +\?/],
    ['overview', [], /tasks +\?/],
    ['overview', [], /virtual services +\?/],
    ['networks', [], /himecbr21x +overlay .* \?/],
    ['sandboxes', [], /container +18531514ffd0 +\? +\? /],
    ['sandboxes', ['w'], /wired to nothing that could be read/],
    ['endpoints', [], /could not be read in 3 of 3 namespaces/],
    ['services', [], /Services are not known/],
    ['balancing', [], /could not be read in 3 of 3 namespaces/],
    ['namespaces', [], /container +18531514ffd0 .*\? +\?/],
    ['events', [], /what the daemon has to[\s\S]*not known/],
  ])('is not told as none in the view %s %j', (view, keys, words) => {
    expect(told(view, ...keys)).toMatch(words)
  })

  it('is what a directory held that is not there any more', () => {
    const base = { ...closedNode(), namespaces: [] }
    const reason = "ENOENT: no such file or directory, scandir '/run/x/netns'"
    const sources = [{ source: 'dir /run/x/netns', status: 'unavailable', tookMs: 0, reason } as const]
    const user = userOf({ ...base, sources }, 120, 40, 'overview')
    expect(user.text()[0]).toContain('1 problem')
    expect(user.text().join('\n')).toMatch(/\? sandboxes {2}\? endpoints/)
    expect(user.text().join('\n')).toContain('No contradictions in what could be read')
    user.press('8')
    expect(user.text().join('\n')).toContain('No namespaces: dir /run/x/netns: ENOENT')
    user.stop()
  })

  it('makes of a count the least that it may be', () => {
    const node = captureSnapshot('docker-26.1-nft', 'node1')
    const [host, ...others] = node.namespaces
    if (!host) throw new Error('no namespace')
    const failed = { source: 'rtnl.links', status: 'timeout', tookMs: 0, reason: 'slow' } as const
    const user = userOf(
      { ...node, namespaces: [{ ...host, links: [], sources: [failed] }, ...others] },
      120,
      40,
      'overview',
    )
    expect(user.text().join('\n')).toMatch(/endpoints +\d+\+/)
    user.stop()
  })

  it('is a ? where namespaces are listed as text, processes too when they were not looked at', () => {
    const seen = closedNode()
    const [namespace] = seen.namespaces
    const cells = listings['namespaces']?.columns.map(
      ({ title, cell }) => `${title} ${cell(namespace, seen)}`,
    )
    expect(cells).toEqual(
      expect.arrayContaining(['PIDS ?', 'LINKS ?', 'ADDRESSES ?', 'ROUTES ?', 'RULES ?', 'IPVS ?']),
    )
  })

  it('of a node that only others tell of is how much is on it', () => {
    const node = captureSnapshot('docker-26.1-nft', 'node1')
    const user = userOf(node, 120, 40, 'overview')
    user.press('j')
    expect(user.text().join('\n')).toMatch(/none: known from others[\s\S]*endpoints +\?/)
    user.stop()
  })
})

describe('origin', () => {
  it('is told also when the node was read again and nothing of its graph changed', () => {
    const node = captureSnapshot('docker-26.1-nft', 'node1')
    const { session, show } = scriptedSession(node)
    const user = userOf(session, 120, 40, 'sandboxes')
    user.press('o')
    const before = user.text()
    show({ ...node, takenAt: '2026-11-23T06:00:00.000Z' })
    const after = user.text()
    const sources = (lines: string[]): string[] => lines.filter(line => line.includes('says so'))
    expect(sources(before)).not.toEqual([])
    expect(sources(after)).toEqual(sources(before))
    user.stop()
  })
})
