import { type Kind, isCommon } from './names.ts'
import { imageText } from './texts.ts'
import type { Tokens } from './tokens.ts'

/** Keys that Docker itself gives to labels, driver options and the attributes of events. */
const ownKeys =
  /^(?:com\.docker\.(?:network|swarm|stack|compose|service|driver)\.[\w.-]+|org\.opencontainers\.image\.\w+|encrypted|parent|(?:mac|ip)vlan_(?:mode|flag)|name|image|container|node|service|type|exitCode|execDuration|signal|(?:state|updatestate|availability|replicas|role|reachability|leader)\.(?:new|old))$/

/** What the value of such a key is; another of them holds a number, a switch or an address. */
const kindsOfKeys: readonly (readonly [key: RegExp, kind: Kind | 'image'])[] = [
  [/^com\.docker\.(?:swarm\.service\.name|compose\.service)$|^service$/, 'service'],
  [/^com\.docker\.swarm\.task(?:\.name)?$/, 'task'],
  [/^com\.docker\.(?:stack\.namespace|compose\.project)$/, 'stack'],
  [/^com\.docker\.compose\.network$/, 'network'],
  [/^com\.docker\.(?:stack\.image|compose\.image)$|^image$/, 'image'],
  [/^com\.docker\.network\.(?:bridge\.name|container_iface_prefix)$|^parent$/, 'if'],
  [/^(?:name|container)$/, 'container'],
  [/^node$/, 'host'],
]

function kindOfKey(key: string): Kind | undefined {
  return kindsOfKeys.find(([pattern]) => pattern.test(key))?.[1]
}

export function noteLabels(labels: Readonly<Record<string, string>>, tokens: Tokens): void {
  for (const [key, value] of Object.entries(labels)) {
    const kind = kindOfKey(key)
    if (!ownKeys.test(key)) tokens.note(key, 'label')
    if (kind === 'image') tokens.note(imageName(value), kind)
    else if (kind !== undefined) tokens.note(value, kind)
  }
}

/** An image without tag and digest. */
export function imageName(image: string): string {
  return image.replace(/@.*$/, '').replace(/:[\w.-]+$/, '')
}

/** Labels and options: keys that Docker gives stay, and of their values what says nothing; all others become pseudonyms. */
export function redactLabels(
  labels: Readonly<Record<string, string>>,
  tokens: Tokens,
): Record<string, string> {
  return Object.fromEntries(
    Object.entries(labels).map(([key, value]) => {
      if (!ownKeys.test(key))
        return [tokens.name(key, 'label'), value === '' ? '' : tokens.name(value, 'value')]
      const kind = kindOfKey(key)
      if (kind === 'image') return [key, imageText(value, tokens)]
      return [
        key,
        kind === undefined || isCommon(value) ? tokens.word(value, 'value') : tokens.name(value, kind),
      ]
    }),
  )
}
