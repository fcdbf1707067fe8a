import type { Check, Field } from '../plan.ts'
import type { Mount } from '../intent.ts'
import { doubtful, refused } from './finding.ts'

/** The daemons' rules for words; each is a fact of swarmkit's or moby's source, and tested against real daemons. */

/**
 * swarmkit manager/controlapi/common.go, isValidDNSName: names of services and of the Swarm's networks. Its own
 * pattern nests one repetition in another, which JavaScript's engine (not Go's) tries in exponentially many ways.
 */
const swarmName = /^[a-zA-Z0-9](?:[\w-]*[A-Za-z0-9])?$/

/** DNS labels end there; the same file. */
const MAX_NAME = 63

export function checkSwarmName(field: Field, name: string): Check[] {
  if (name === '') return [refused(field, 'A name is needed.')]
  if (!swarmName.test(name)) {
    return [
      refused(
        field,
        `${name} is no name in DNS: letters, digits, - and _ only, a letter or digit at both ends.`,
      ),
    ]
  }
  return name.length > MAX_NAME ? [refused(field, `A name has at most ${MAX_NAME} characters.`)] : []
}

/** libnetwork takes any name for a network of one node that is not blank. */
export function checkLocalName(field: Field, name: string): Check[] {
  if (name.trim() === '') return [refused(field, 'A name is needed.')]
  if (/^[a-zA-Z0-9][\w.-]*$/.test(name)) return []
  return [
    doubtful(
      field,
      `${name} is no plain word: containers cannot use it in every place where a name is needed.`,
    ),
  ]
}

/** Reference grammar of distribution/reference: [HOST[:PORT]/]PATH[:TAG][@DIGEST], lower case. */
const component = '[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*'
const domain = String.raw`(?:[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?(?:\.[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?)*|\[[0-9a-fA-F:]+\])(?::\d+)?`
const image = new RegExp(
  String.raw`^(?:${domain}/)?${component}(?:/${component})*(?::[\w][\w.-]{0,127})?(?:@[A-Za-z][A-Za-z0-9]*:[0-9a-fA-F]{32,})?$`,
)

export function checkImage(field: Field, text: string): Check[] {
  if (text === '') return [refused(field, 'An image is needed.')]
  if (image.test(text)) return []
  return [refused(field, `${text} is no image: NAME[:TAG], the name in lower case.`)]
}

/** swarmkit manager/constraint/constraint.go: alphaNumeric and valuePattern. */
const constraintKey = /^[a-z_][a-z0-9\-_.]+$/i
const constraintValue = /^[a-z0-9:\-_\s.*()?+[\]\\^$|/]+$/i
const constraintKeys =
  /^(?:node\.(?:id|hostname|ip|role|platform\.(?:os|arch)|labels\..+)|engine\.labels\..+)$/i

export function checkConstraint(field: Field, text: string): Check[] {
  const [, key, value] = /^(.*?)(?:==|!=)(.*)$/s.exec(text) ?? []
  if (key === undefined || value === undefined) {
    return [refused(field, `${text} is no constraint: KEY==VALUE or KEY!=VALUE, such as node.role==worker.`)]
  }
  if (!constraintKey.test(key.trim())) return [refused(field, `'${key.trim()}' is no key of a constraint.`)]
  if (!constraintValue.test(value.trim())) {
    return [refused(field, `'${value.trim()}' is no value of a constraint.`)]
  }
  if (constraintKeys.test(key.trim())) return []
  return [
    doubtful(
      field,
      `No node has ${key.trim()}, so no task can be placed: node.id, node.hostname, node.role, node.ip, node.platform.os, node.platform.arch, node.labels.NAME or engine.labels.NAME.`,
    ),
  ]
}

/** The daemon takes any text; the container that is made of it does not (moby container create: "invalid environment variable"). */
export function checkEnv(field: Field, text: string): Check[] {
  const name = text.split('=')[0] ?? ''
  if (name === '')
    return [doubtful(field, 'A variable needs a name in front of =, or every task is rejected.')]
  if (text.includes('=')) return []
  return [doubtful(field, `${name} has no value: the engine takes it as unset.`)]
}

export function checkMounts(mounts: readonly Mount[]): Check[] {
  const checks: Check[] = []
  const targets = new Set<string>()
  for (const [index, { type, source, target }] of mounts.entries()) {
    const field = (part: string): Field => `mounts.${index}.${part}`
    if (target === '') {
      checks.push(doubtful(field('target'), 'A mount needs a path in the container: every task is rejected.'))
    } else if (!target.startsWith('/')) {
      checks.push(doubtful(field('target'), `${target} is no absolute path: every task is rejected.`))
    }
    if (targets.has(target)) checks.push(refused(field('target'), `Two mounts have the path ${target}.`))
    else if (targets.has(cleanPath(target))) {
      checks.push(
        doubtful(field('target'), `Two mounts have the path ${cleanPath(target)}: every task is rejected.`),
      )
    }
    targets.add(target).add(cleanPath(target))
    if (type === 'bind' && !source) {
      checks.push(doubtful(field('source'), 'A bind mount needs a path on the node: every task is rejected.'))
    } else if (type === 'bind' && !source?.startsWith('/')) {
      checks.push(doubtful(field('source'), `${source} is no absolute path: every task is rejected.`))
    }
    if (type === 'tmpfs' && source) {
      checks.push(doubtful(field('source'), 'A tmpfs has no source: every task is rejected.'))
    }
  }
  return checks
}

/** As Go's path.Clean, as far as two spellings of one path go. */
function cleanPath(path: string): string {
  return path.replaceAll(/\/+/g, '/').replace(/(?<=.)\/$/, '')
}
