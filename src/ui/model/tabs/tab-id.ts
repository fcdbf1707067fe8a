/** The tabs of a namespace, in the order of the screen. */
export const tabIds = [
  'interfaces',
  'addresses',
  'routes',
  'neighbours',
  'fdb',
  'rules',
  'ipvs',
  'sysctls',
  'sockets',
  'xfrm',
  'sources',
] as const

export type TabId = (typeof tabIds)[number]

export function isTabId(id: string): id is TabId {
  return (tabIds as readonly string[]).includes(id)
}
