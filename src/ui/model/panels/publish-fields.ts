import type { Publish } from '../../../actions/intent.ts'
import { type FormValues, numberOf, type RowField, textOf } from '../form/field.ts'
import { choiceOf } from './inputs.ts'

const protocols = ['tcp', 'udp', 'sctp'] as const
const modes = ['ingress', 'host'] as const

/** The fields of one published port; `at` makes the path of a field. */
export function publishFields(at: (row: number, field: string) => string): readonly RowField[] {
  return [
    {
      path: row => at(row, 'published'),
      label: 'Port',
      help: 'The port that clients connect to. In the mesh (ingress) it is taken on every node of the Swarm.',
      input: { kind: 'number', placeholder: 'chosen by Swarm, 30000 and above' },
    },
    {
      path: row => at(row, 'target'),
      label: 'Target port',
      help: 'The port that the tasks listen on.',
      input: { kind: 'number', needed: true },
    },
    {
      path: row => at(row, 'protocol'),
      label: 'Protocol',
      help: 'tcp, udp or sctp.',
      input: choiceOf(protocols),
    },
    {
      path: row => at(row, 'mode'),
      label: 'Mode',
      help: 'ingress: every node answers, through the routing mesh. host: only nodes with a task, straight to it; one task a node.',
      input: choiceOf(modes),
    },
  ]
}

/** What is filled in there; a target port that is none yet is 0, which no check lets pass. */
export function publishOf(values: FormValues, at: (field: string) => string): Publish {
  return {
    published: numberOf(values, at('published')),
    target: numberOf(values, at('target')) ?? 0,
    protocol: protocols.find(value => value === textOf(values, at('protocol'))) ?? 'tcp',
    mode: textOf(values, at('mode')) === 'host' ? 'host' : 'ingress',
  }
}
