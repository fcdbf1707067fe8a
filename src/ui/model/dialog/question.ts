import type { Intent } from '../../../actions/intent.ts'
import type { Graph } from '../../../graph/model.ts'
import { type Question, questionAbout } from '../../../lb/index.ts'
import type { Snapshot } from '../../../snapshot/index.ts'
import type { Data } from '../data.ts'
import type { Run } from '../desk.ts'

/** Which way of a packet proves that a run worked; undefined when there is none, or nothing is known of it yet. */
export function questionOfRun({ plan, outcome }: Run, { graph, nodes }: Data): Question | undefined {
  const isThere = outcome?.end === 'done' || outcome?.end === 'not-converged'
  return isThere ? questionOfIntent(plan.intent, graph, nodes) : undefined
}

/** The path that an action makes, or changes: the port that it names, else the service, else the container. */
export function questionOfIntent(
  intent: Intent,
  graph: Graph,
  nodes: readonly Snapshot[],
): Question | undefined {
  switch (intent.kind) {
    case 'service-publish-add': {
      const { published, protocol } = intent.publish
      return published === undefined
        ? aboutService(graph, nodes, intent.service)
        : { target: `${published}/${protocol}` }
    }
    case 'service-create':
      return aboutService(graph, nodes, intent.name)
    case 'service-scale':
      return intent.replicas === 0 ? undefined : aboutService(graph, nodes, intent.service)
    case 'service-force-update':
      return aboutService(graph, nodes, intent.service)
    case 'network-connect': {
      const container = named(Object.values(graph.containers), intent.container)
      return container && questionAbout(graph, nodes, container.id)
    }
    // A port that is gone shall lead nowhere, and to a network alone nothing leads: there is no path to prove.
    default:
      return undefined
  }
}

function aboutService(graph: Graph, nodes: readonly Snapshot[], word: string): Question | undefined {
  const service = named(Object.values(graph.services), word)
  return service && questionAbout(graph, nodes, service.id)
}

/** By its name, else by its id, whole or its beginning as Docker takes it. */
function named<Named extends { readonly name: string; readonly id: string }>(
  objects: readonly Named[],
  word: string,
): Named | undefined {
  if (word === '') return undefined
  return (
    objects.find(({ name }) => name === word) ??
    objects.find(({ id }) => id.slice(id.indexOf(':') + 1).startsWith(word))
  )
}
