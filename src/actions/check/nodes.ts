import type { DockerNode } from '../../snapshot/index.ts'

/**
 * The nodes that may get tasks: ready and active, and as the constraints want it. A constraint on what is not told here (the platform,
 * labels of the engine) is taken for fulfilled.
 */
export function eligibleNodes(nodes: readonly DockerNode[], constraints: readonly string[]): DockerNode[] {
  return nodes.filter(
    node =>
      node.State === 'ready' &&
      node.Availability === 'active' &&
      constraints.every(constraint => fulfils(node, constraint)),
  )
}

/** swarmkit manager/constraint: the key and the values are compared without regard to case. */
function fulfils(node: DockerNode, constraint: string): boolean {
  const [, key = '', operator = '', value = ''] = /^\s*(.*?)\s*(==|!=)\s*(.*?)\s*$/.exec(constraint) ?? []
  const actual = valueOf(node, key.toLowerCase(), key)
  if (actual === undefined) return true
  return (actual.toLowerCase() === value.toLowerCase()) === (operator === '==')
}

function valueOf(
  { ID, Hostname, Role, Labels }: DockerNode,
  key: string,
  asWritten: string,
): string | undefined {
  if (key === 'node.id') return ID
  if (key === 'node.hostname') return Hostname
  if (key === 'node.role') return Role
  return key.startsWith('node.labels.') ? (Labels[asWritten.slice('node.labels.'.length)] ?? '') : undefined
}
