import type { Ipvs, IpvsStats } from '../../src/snapshot/index.ts'
import { noStats } from './ipvs-stats.ts'

type VirtualService = Ipvs['services'][number]

const forwardings: Readonly<Record<string, string>> = { '-m': 'masq', '-g': 'droute', '-i': 'tunnel' }

/**
 * Firewall-mark services of Docker as three answers of ipvsadm have them.
 *
 * @param rules `ipvsadm -Sn`
 * @param list `ipvsadm -Ln`, for the connections
 * @param statistics `ipvsadm -Ln --stats`
 */
export function ipvsOf(rules: string, list: string, statistics: string): Ipvs {
  const connections = rowsOf(list)
  const counters = rowsOf(statistics)
  const services: VirtualService[] = []
  for (const text of rules.split('\n').filter(line => line !== '')) {
    const words = text.split(' ')
    const after = (option: string): string => words[words.indexOf(option) + 1] ?? ''
    const fwmark = Number(after('-f'))
    if (words[0] === '-A') {
      const stats = statsOf(counters.get(`${fwmark}`))
      services.push({
        text,
        family: 'inet',
        fwmark,
        scheduler: after('-s'),
        flags: [],
        stats,
        realServers: [],
      })
      continue
    }
    const [address = '', port] = after('-r').split(':')
    const key = `${fwmark} ${after('-r')}`
    const row = connections.get(key) ?? []
    services.at(-1)?.realServers.push({
      text,
      address,
      port: Number(port),
      forwarding: Object.entries(forwardings).find(([option]) => words.includes(option))?.[1] ?? '',
      weight: Number(after('-w')),
      upperThreshold: 0,
      lowerThreshold: 0,
      activeConns: Number(row[2] ?? 0),
      inactiveConns: Number(row[3] ?? 0),
      persistConns: 0,
      stats: statsOf(counters.get(key)),
    })
  }
  return services.length === 0 ? { services } : { services, timeouts: { tcp: 900, tcpFin: 120, udp: 300 } }
}

/** The words behind each name: of `FWM 259` by `259`, of `-> 10.0.0.5:0` by `259 10.0.0.5:0`. */
function rowsOf(text: string): Map<string, string[]> {
  const rows = new Map<string, string[]>()
  let service = ''
  for (const line of text.split('\n')) {
    const [first = '', name = '', ...words] = line.trim().split(/\s+/)
    if (first === 'FWM') service = name
    if (first === 'FWM') rows.set(service, words)
    if (first === '->') rows.set(`${service} ${name}`, words)
  }
  return rows
}

function statsOf(words: readonly string[] = []): IpvsStats {
  const [conns = '0', inPackets = '0', outPackets = '0', inBytes = '0', outBytes = '0'] = words
  return { ...noStats, conns, inPackets, outPackets, inBytes, outBytes }
}
