import { errorMessage } from '../util/errors.ts'
import { serviceConvergence } from './converge.ts'
import type { Engine } from './engine.ts'
import type { Intent } from './intent.ts'
import { isObject, type JsonObject, listOf, objectAt, wordAt } from './spec.ts'

/**
 * What the daemon shows now of an action that nobody saw the end of: one sentence. Reads only.
 *
 * Never throws: a daemon that cannot be asked is what the sentence says then.
 */
export async function stateNow(intent: Intent, engine: Pick<Engine, 'get'>): Promise<string> {
  try {
    return await look(intent, engine)
  } catch (error) {
    return `The daemon cannot be asked what became of it: ${errorMessage(error)}`
  }
}

async function look(intent: Intent, engine: Pick<Engine, 'get'>): Promise<string> {
  switch (intent.kind) {
    case 'network-create':
    case 'network-remove': {
      const word = intent.kind === 'network-create' ? intent.name : intent.network
      const network = await engine.get(`/networks/${encodeURIComponent(word)}`)
      // The daemon takes a name for the beginning of an id, too.
      if (!isObject(network) || !isCalled(network, word)) return `There is no network ${word} now.`
      const made = typeof network['Created'] === 'string' ? `, made at ${network['Created']}` : ''
      return `There is a network ${word} now${made}.`
    }
    case 'network-prune':
      return 'Which networks went cannot be told.'
    case 'network-restore': {
      const names = intent.networks.map(({ name }) => name)
      const found = await Promise.all(
        names.map(async name => engine.get(`/networks/${encodeURIComponent(name)}`)),
      )
      const there = names.filter((_, index) => isObject(found[index]))
      return `Of the networks ${names.join(', ')} there ${there.length === 1 ? 'is' : 'are'} ${there.join(', ') || 'none'} now.`
    }
    case 'network-connect':
    case 'network-disconnect': {
      const container = await engine.get(`/containers/${encodeURIComponent(intent.container)}/json`)
      if (!isObject(container)) return `There is no container ${intent.container} now.`
      const on = Object.entries(objectAt(container, 'NetworkSettings', 'Networks'))
      const isOn = on.some(
        ([name, settings]) =>
          name === intent.network || (isObject(settings) && wordAt(settings, 'NetworkID') === intent.network),
      )
      return `${intent.container} is ${isOn ? '' : 'not '}on ${intent.network} now.`
    }
    default: {
      const word = intent.kind === 'service-create' ? intent.name : intent.service
      return lookAtService(word, engine)
    }
  }
}

function isCalled(object: JsonObject, word: string, id = wordAt(object, 'Id')): boolean {
  // Swarm compares names of services without regard to case.
  return wordAt(object, 'Name').toLowerCase() === word.toLowerCase() || id === word
}

async function lookAtService(word: string, engine: Pick<Engine, 'get'>): Promise<string> {
  const service = await engine.get(`/services/${encodeURIComponent(word)}`)
  if (!isObject(service) || !isCalled(objectAt(service, 'Spec'), word, wordAt(service, 'ID')))
    return `There is no service ${word} now.`
  const filters = JSON.stringify({ service: { [wordAt(service, 'ID')]: true } })
  const tasks = await engine.get('/tasks', { filters })
  const { progress } = serviceConvergence(service, listOf(tasks))
  const published = listOf(objectAt(service, 'Spec', 'EndpointSpec')['Ports'])
    .filter(isObject)
    .map(port => `${wordAt(port, 'PublishedPort')}:${wordAt(port, 'TargetPort')}`)
  const words = published.length === 0 ? '' : `, publishes ${published.join(', ')}`
  const changed = typeof service['UpdatedAt'] === 'string' ? `, last changed at ${service['UpdatedAt']}` : ''
  return `There is a service ${word} now, with ${progress.done} of ${progress.wanted} tasks running${words}${changed}.`
}
