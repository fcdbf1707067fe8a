import { dockerParts } from '../collectors/docker/ask.ts'
import { type LiveDocker, startDockerLive, type StartOptions } from '../collectors/docker/start.ts'
import { type Live, startLive } from '../collectors/kernel/live.ts'
import type { Part } from '../collectors/kernel/parts.ts'
import type { Snapshot } from '../snapshot/index.ts'
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

/** The daemon is asked when the first rows have been painted, so that its thread takes nothing from them. */
const AFTER_ROWS_MS = 100
/** The same while the kernel shows none. */
const WITHOUT_ROWS_MS = 500

/**
 * The screen's session on this node: the kernel at once, and the Docker daemon once the first rows are there.
 *
 * @param docker undefined: no daemon is asked
 */
export function liveSession(
  options: Parameters<typeof startLive>[0],
  docker: StartOptions | undefined,
): Session & { readonly ended: () => Promise<void> } {
  const live: Live = startLive(options)
  const listeners = new Set<() => void>()
  let daemon: LiveDocker | undefined
  let starting: NodeJS.Timeout | undefined
  let hasRows = false
  let isAsking = docker !== undefined
  let joined: { kernel: Snapshot; reading: ReturnType<LiveDocker['reading']>; snapshot: Snapshot } | undefined
  let ending: Promise<void> | undefined

  /** What the daemon told last; as long as it was not asked, nothing. */
  function told(): ReturnType<LiveDocker['reading']> | undefined {
    const reading = daemon?.reading()
    // One that is begun again has told before.
    isAsking &&= !dockerParts.every(part =>
      reading?.sources.some(({ source }) => source === `docker.${part}`),
    )
    return reading
  }

  function notify(): void {
    for (const listener of listeners) listener()
    if (!hasRows && live.snapshot().namespaces.some(({ sources }) => sources.length > 0)) {
      hasRows = true
      startDockerIn(AFTER_ROWS_MS)
    }
  }

  function startDockerIn(milliseconds: number): void {
    if (!docker || ending || daemon) return
    clearTimeout(starting)
    starting = setTimeout(() => {
      daemon = startDockerLive(docker, notify)
    }, milliseconds)
  }

  /** The same object until one of its two halves changes. */
  function snapshot(): Snapshot {
    const kernel = live.snapshot()
    const reading = told()
    if (!reading) return kernel
    if (joined?.kernel !== kernel || joined.reading !== reading) {
      const sources = [...kernel.sources, ...reading.sources]
      joined = {
        kernel,
        reading,
        snapshot: { ...kernel, ...(reading.docker && { docker: reading.docker }), sources },
      }
    }
    return joined.snapshot
  }

  async function end(): Promise<void> {
    clearTimeout(starting)
    listeners.clear()
    await Promise.all([live.stop(), daemon?.stop()])
  }

  live.subscribe(notify)
  return {
    snapshot,
    status() {
      const { settled, readAt, failure, roundMs } = live.state()
      // Settled, and the watch alive: what is shown is true now.
      const checkedAt = settled && failure === undefined ? Date.now() : readAt
      told()
      return {
        mode: 'live',
        collecting: !settled && failure === undefined,
        checkedAt,
        silentMs: roundMs,
        asking: isAsking,
        lastError: failure,
      }
    },
    subscribe(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    refresh() {
      live.command({ kind: 'refresh' })
      daemon?.refresh()
    },
    setVisible({ namespaceId, tab, links, path: followed, settingsOf }) {
      const parts = tab === undefined ? [] : partsOfTab[tab]
      const path = followed?.map(({ namespaceId: id, ...rows }) => ({ id, ...rows }))
      live.command({ kind: 'show', id: namespaceId, parts, links, path, settingsOf })
      if (!starting) startDockerIn(WITHOUT_ROWS_MS)
    },
    elapsed: link => live.elapsed(link),
    pause: async () => live.pause(),
    resume() {
      live.resume()
      daemon?.refresh()
    },
    stop() {
      ending ??= end()
    },
    ended: () => (ending ??= end()),
  }
}
