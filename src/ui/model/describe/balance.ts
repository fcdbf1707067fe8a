import type { Graph, RealServer, VirtualService } from '../../../graph/model.ts'
import { placeOfRow } from '../objects.ts'
import { worldCell } from '../table.ts'
import { type Fact, fact, type Group, relation, relations } from './rows.ts'

export function describeVirtualService(graph: Graph, service: VirtualService): Group[] {
  const { evidence } = service
  return [
    {
      title: 'Virtual service',
      facts: [
        fact('fwmark', service.fwmark, { evidence }),
        fact(
          'address',
          service.address && `${service.protocol ?? ''} ${service.address}:${service.port ?? 0}`,
          {
            evidence,
          },
        ),
        fact('scheduler', service.scheduler, { evidence }),
        relation(graph, 'service', service.service),
        relation(graph, 'network', service.network),
        relation(graph, 'sandbox', service.sandbox),
        rawFact(evidence[0]),
      ],
    },
    {
      title: 'Marked by',
      facts: service.marks.map(({ chain, address, protocol, port, evidence: row }): Fact => {
        const what = [address, protocol, port === undefined ? undefined : `port ${port}`]
          .filter(Boolean)
          .join(' ')
        return { label: chain, value: worldCell(what), target: placeOfRow(row), evidence: [row] }
      }),
    },
    {
      title: 'Real servers',
      facts: relations(graph, 'real server', service.realServers, id => {
        const server = graph.realServers[id]
        return server && `${server.address}${server.isQuiesced ? '  quiesced' : ''}`
      }),
    },
  ]
}

export function describeRealServer(graph: Graph, server: RealServer): Group[] {
  const { evidence } = server
  return [
    {
      title: 'Real server',
      facts: [
        relation(graph, 'task', server.task),
        relation(graph, 'on node', server.taskNode),
        fact('address', server.port === 0 ? server.address : `${server.address}:${server.port}`, {
          evidence,
        }),
        fact('forwarding', server.forwarding, { evidence }),
        fact('weight', server.isQuiesced ? '0: quiesced, gets no new connections' : server.weight, {
          evidence,
          tone: server.isQuiesced ? 'warn' : 'plain',
        }),
        relation(graph, 'endpoint', server.endpoint),
        relation(graph, 'behind', server.virtualService),
        relation(graph, 'sandbox', graph.virtualServices[server.virtualService]?.sandbox),
        rawFact(evidence[0]),
      ],
    },
  ]
}

function rawFact(row: RealServer['evidence'][number] | undefined): Fact | undefined {
  if (!row) return undefined
  const text = row.from === 'kernel' ? row.key : row.id
  return { label: 'IPVS row', value: worldCell(text, 'accent'), target: placeOfRow(row), evidence: [row] }
}
