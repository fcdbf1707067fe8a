import { type Question, questionAbout } from '../../../lb/index.ts'
import type { Data } from '../data.ts'
import type { Run } from '../desk.ts'

/** Which way of a packet proves that an action worked; undefined when there is none, or nothing is known of it yet. */
export function questionOfRun({ plan, outcome }: Run, { graph, nodes }: Data): Question | undefined {
  if (outcome?.end !== 'done' && outcome?.end !== 'not-converged') return undefined
  const { intent } = plan
  switch (intent.kind) {
    case 'service-publish-add':
    case 'service-publish-remove': {
      const { published, protocol } = intent.publish
      return published === undefined ? aboutService(intent.service) : { target: `${published}/${protocol}` }
    }
    case 'service-create':
      return aboutService(intent.name)
    case 'service-scale':
    case 'service-force-update':
      return aboutService(intent.service)
    default:
      return undefined
  }

  function aboutService(name: string): Question | undefined {
    const found = Object.values(graph.services).find(
      service => service.name === name || service.serviceId === name,
    )
    return found && questionAbout(graph, nodes, found.id)
  }
}
