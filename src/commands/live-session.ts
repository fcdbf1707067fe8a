import { type Live, startLive } from '../collectors/kernel/live.ts'
import type { Part } from '../collectors/kernel/parts.ts'
import type { Session } from '../ui/model/session.ts'
import type { TabId } from '../ui/model/tabs/tab-id.ts'

/** What a tab shows, in the collector's words. */
const partsOfTab: Readonly<Record<TabId, readonly Part[]>> = {
  interfaces: ['links', 'addresses'],
  addresses: ['addresses'],
  routes: ['routes', 'rules'],
  neighbours: ['neighbours'],
  fdb: ['fdb'],
  rules: ['netfilter'],
  ipvs: ['ipvs'],
  sysctls: ['sysctls', 'conntrack'],
  sockets: ['sockets'],
  xfrm: ['xfrm'],
  sources: [],
}

/** The screen's session on this node. */
export function liveSession(
  options: Parameters<typeof startLive>[0],
): Session & { readonly ended: () => Promise<void> } {
  const live: Live = startLive(options)
  let ending: Promise<void> | undefined
  return {
    snapshot: () => live.snapshot(),
    status() {
      const { settled, readAt, failure } = live.state()
      // Settled, and the watch alive: what is shown is true now.
      const checkedAt = settled && failure === undefined ? Date.now() : readAt
      return { mode: 'live', collecting: !settled && failure === undefined, checkedAt, lastError: failure }
    },
    subscribe: listener => live.subscribe(listener),
    refresh: () => live.command({ kind: 'refresh' }),
    setVisible: ({ namespaceId, tab, links }) =>
      live.command({ kind: 'show', id: namespaceId, parts: tab === undefined ? [] : partsOfTab[tab], links }),
    elapsed: link => live.elapsed(link),
    pause: async () => live.pause(),
    resume: () => live.resume(),
    stop() {
      ending ??= live.stop()
    },
    ended: () => (ending ??= live.stop()),
  }
}
