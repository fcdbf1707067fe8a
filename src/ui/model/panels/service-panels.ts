import type { GraphObject, SwarmService } from '../../../graph/model.ts'
import type { Data } from '../data.ts'
import { type Field, type FormValues, numberOf, textOf } from '../form/field.ts'
import type { Panel, Start } from './panel.ts'
import { publishFields, publishOf } from './publish-fields.ts'
import { chosenNote, serviceOf, serviceOptions } from './targets.ts'

const onService: readonly GraphObject['type'][] = [
  'service',
  'task',
  'port',
  'virtual-service',
  'sandbox',
  'container',
]

function serviceField(data: Data): Field {
  return {
    path: 'service',
    label: 'Service',
    help: 'Which one.',
    input: { kind: 'choice', options: serviceOptions(data) },
  }
}

/** A form that begins with the chosen service, or the first one. */
function begin(
  data: Data,
  chosen: GraphObject | undefined,
  more: (service: SwarmService | undefined) => Readonly<Record<string, string>> = () => ({}),
): Start {
  const service = serviceOf(data.graph, chosen)
  const name = service?.name ?? serviceOptions(data)[0]?.value ?? ''
  const first = service ?? Object.values(data.graph.services).find(other => other.name === name)
  return {
    values: { texts: { service: name, ...more(first) }, rows: {} },
    notes: chosenNote('service', service),
  }
}

const at = (field: string): string => `publish.${field}`

export const publishAddPanel: Panel = {
  kind: 'service-publish-add',
  title: 'Publish a port of a service',
  about: 'in the mesh or on its nodes',
  on: onService,
  start(data, chosen) {
    const { values, notes } = begin(data, chosen, service => ({
      [at('protocol')]: 'tcp',
      [at('mode')]: service?.mode === 'dnsrr' ? 'host' : 'ingress',
    }))
    const port = data.desk?.suggest(data.snapshot).port
    if (port === undefined) return { values, notes }
    return {
      values: { ...values, texts: { ...values.texts, [at('published')]: String(port) } },
      notes: { ...notes, [at('published')]: 'a free one: nothing known here publishes or listens on it' },
    }
  },
  parts: (_, data) => [
    serviceField(data),
    ...publishFields((_, field) => at(field)).map(field => ({ ...field, path: field.path(0) })),
  ],
  intent: values => ({
    kind: 'service-publish-add',
    service: textOf(values, 'service'),
    publish: publishOf(values, at),
  }),
}

export const publishRemovePanel: Panel = {
  kind: 'service-publish-remove',
  title: 'Take a published port from a service',
  about: 'clients lose it',
  on: onService,
  start(data, chosen) {
    const start = begin(data, chosen)
    const service = textOf(start.values, 'service')
    const options = portOptions(data, service)
    const isChosen = ({ label }: { readonly label: string }): boolean =>
      chosen?.type === 'port' && label.startsWith(`${chosen.port}:`)
    const port = options.find(isChosen) ?? options[0]
    return {
      ...start,
      values: { ...start.values, texts: { ...start.values.texts, port: port?.value ?? '' } },
    }
  },
  parts: (values, data) => [
    serviceField(data),
    {
      path: 'port',
      label: 'Port',
      help: 'Published port, port of the tasks, protocol and mode.',
      input: { kind: 'choice', options: portOptions(data, textOf(values, 'service')) },
    },
  ],
  intent: values => ({
    kind: 'service-publish-remove',
    service: textOf(values, 'service'),
    publish: publishOf(portValues(textOf(values, 'port')), field => field),
  }),
}

/** `80:8080/tcp ingress`, and the same in fields behind it. */
function portOptions({ graph }: Data, name: string): { readonly value: string; readonly label: string }[] {
  const service = Object.values(graph.services).find(other => other.name === name)
  return (service?.ports ?? []).map(({ publishedPort, targetPort, protocol = 'tcp', publishMode }) => ({
    value: [publishedPort ?? '', targetPort, protocol, publishMode].join(' '),
    label: `${publishedPort ?? ''}:${targetPort}/${protocol} ${publishMode}`,
  }))
}

function portValues(value: string): FormValues {
  const [published = '', target = '', protocol = '', mode = ''] = value.split(' ')
  return { texts: { published, target, protocol, mode }, rows: {} }
}

export const scalePanel: Panel = {
  kind: 'service-scale',
  title: 'Scale a service',
  about: 'more tasks, or fewer',
  on: onService,
  start: (data, chosen) =>
    begin(data, chosen, service => ({
      replicas: service?.desiredTasks === undefined ? '' : String(service.desiredTasks),
    })),
  parts: (_, data) => [
    serviceField(data),
    {
      path: 'replicas',
      label: 'Replicas',
      help: 'How many tasks there shall be; 0 stops all of them and keeps the service.',
      input: { kind: 'number', needed: true },
    },
  ],
  intent: values => ({
    kind: 'service-scale',
    service: textOf(values, 'service'),
    replicas: numberOf(values, 'replicas') ?? 0,
  }),
}

export const forceUpdatePanel: Panel = {
  kind: 'service-force-update',
  title: 'Start every task of a service anew',
  about: 'docker service update --force',
  on: onService,
  start: (data, chosen) => ({ ...begin(data, chosen), isWhole: serviceOf(data.graph, chosen) !== undefined }),
  parts: (_, data) => [serviceField(data)],
  intent: values => ({ kind: 'service-force-update', service: textOf(values, 'service') }),
}

export const serviceRemovePanel: Panel = {
  kind: 'service-remove',
  title: 'Remove a service',
  about: 'its tasks stop, its VIPs and ports go',
  on: onService,
  start: (data, chosen) => ({ ...begin(data, chosen), isWhole: serviceOf(data.graph, chosen) !== undefined }),
  parts: (_, data) => [serviceField(data)],
  intent: values => ({ kind: 'service-remove', service: textOf(values, 'service') }),
}
