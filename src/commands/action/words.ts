import { InvalidArgumentError } from 'commander'
import type { Mount, Publish } from '../../actions/intent.ts'

/** Values of options in the spelling of the docker command. Each throws InvalidArgumentError with a sentence for what it cannot read. */

export function parsePublish(text: string): Publish {
  return text.includes('=') ? longPublish(text) : shortPublish(text)
}

/** `8080:80/tcp`, `80` */
function shortPublish(text: string): Publish {
  const [, published, target, protocol = 'tcp'] = /^(?:(\d+):)?(\d+)(?:\/(\w+))?$/.exec(text) ?? []
  if (target === undefined) {
    throw new InvalidArgumentError('[PUBLISHED:]TARGET[/PROTOCOL], or published=…,target=…,protocol=…,mode=…')
  }
  return {
    ...(published !== undefined && { published: Number(published) }),
    target: Number(target),
    protocol: protocolOf(protocol),
    mode: 'ingress',
  }
}

function longPublish(text: string): Publish {
  const fields = parseFields(text)
  const { published, target, protocol = 'tcp', mode = 'ingress', ...rest } = fields
  const [unknown] = Object.keys(rest)
  if (unknown !== undefined) throw new InvalidArgumentError(`there is no field '${unknown}' of a port`)
  if (target === undefined) throw new InvalidArgumentError('target=PORT is missing')
  if (mode !== 'ingress' && mode !== 'host') throw new InvalidArgumentError('mode is ingress or host')
  return {
    ...(published !== undefined && { published: portOf(published) }),
    target: portOf(target),
    protocol: protocolOf(protocol),
    mode,
  }
}

function portOf(text: string): number {
  if (/^\d{1,5}$/.test(text)) return Number(text)
  throw new InvalidArgumentError(`'${text}' is no port`)
}

function protocolOf(text: string): Publish['protocol'] {
  if (text === 'tcp' || text === 'udp' || text === 'sctp') return text
  throw new InvalidArgumentError('the protocol is tcp, udp or sctp')
}

const mountNames: Readonly<Record<string, string>> = {
  src: 'source',
  dst: 'target',
  destination: 'target',
  ro: 'readonly',
}

/** `type=bind,source=/data,target=/data,readonly` */
export function parseMount(text: string): Mount {
  const fields = Object.fromEntries(
    Object.entries(parseFields(text)).map(([name, value]) => [mountNames[name] ?? name, value]),
  )
  const { type = 'volume', source, target, readonly, ...rest } = fields
  const [unknown] = Object.keys(rest)
  if (unknown !== undefined) throw new InvalidArgumentError(`a mount with '${unknown}' cannot be made here`)
  if (type !== 'bind' && type !== 'volume' && type !== 'tmpfs') {
    throw new InvalidArgumentError('the type of a mount is bind, volume or tmpfs')
  }
  if (target === undefined) throw new InvalidArgumentError('target=PATH is missing')
  return {
    type,
    ...(source !== undefined && { source }),
    target,
    readonly: readonly !== undefined && readonly !== 'false' && readonly !== '0',
  }
}

/** Fields of a line of CSV, each `name=value`, or a name alone. */
function parseFields(text: string): Record<string, string> {
  const fields = [...text.matchAll(/(?:^|,)("(?:[^"]|"")*"|[^,]*)/g)].map(([, field = '']) =>
    field.startsWith('"') ? field.slice(1, -1).replaceAll('""', '"') : field,
  )
  return Object.fromEntries(
    fields.map(field => {
      const at = field.indexOf('=')
      return at < 0 ? [field, ''] : [field.slice(0, at), field.slice(at + 1)]
    }),
  )
}

/** `NAME=VALUE`; a name alone has an empty value. */
export function parsePair(text: string): readonly [string, string] {
  const at = text.indexOf('=')
  if (at === 0 || text === '') throw new InvalidArgumentError('NAME=VALUE is needed')
  return at < 0 ? [text, ''] : [text.slice(0, at), text.slice(at + 1)]
}

export function parseCount(text: string): number {
  if (/^\d{1,9}$/.test(text)) return Number(text)
  throw new InvalidArgumentError('a number is needed, 0 or more')
}

/** An option that may be said several times. */
export function several<Value>(parse: (text: string) => Value): (text: string, before?: Value[]) => Value[] {
  return (text, before = []) => [...before, parse(text)]
}
