/** What can be read again on its own: one tab of the screen, one kind of event. */
export const parts = [
  'links',
  'addresses',
  'routes',
  'rules',
  'neighbours',
  'fdb',
  'nsids',
  'netfilter',
  'ipvs',
  'xfrm',
  'sockets',
  'sysctls',
  'conntrack',
] as const

export type Part = (typeof parts)[number]

export const allParts: ReadonlySet<Part> = new Set(parts)
