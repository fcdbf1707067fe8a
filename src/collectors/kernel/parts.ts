/** What can be read again on its own: one tab of the screen, one kind of event. */
export const parts = [
  'links',
  'addresses',
  'routes',
  'rules',
  'neighbours',
  'fdb',
  'nsids',
  'tc',
  'netfilter',
  'ipvs',
  'xfrm',
  'sockets',
  'sysctls',
  'conntrack',
] as const

export type Part = (typeof parts)[number]

export const allParts: ReadonlySet<Part> = new Set(parts)

/**
 * Parts that are read of a namespace only while somebody looks at it, or for a whole snapshot; sysctls in turn also where
 * IPVS balances. They are files below /proc/sys/net, where each look-up takes longer the more namespaces the node has: at
 * 1,000 sandboxes they would cost more than all the rest together.
 */
const lazyParts: ReadonlySet<Part> = new Set<Part>(['sysctls', 'conntrack'])

/** What is read of every namespace. */
export const eagerParts: ReadonlySet<Part> = new Set(parts.filter(part => !lazyParts.has(part)))
