import { type NamespaceKind, namespaceKinds } from '../../snapshot/index.ts'

/**
 * What the name of a namespace file says. Docker cuts every name to twelve characters (libnetwork's osl.GenerateKey):
 * `ingress_sbox`, `lb_` and nine characters of a network id, an epoch with `-` and the network id, twelve hex digits of
 * a sandbox id, and `default` for the host.
 */
export function kindOfFile(name: string, hasProcesses: boolean): NamespaceKind {
  if (name === 'ingress_sbox') return 'ingress'
  if (name === 'default') return 'host'
  if (/^lb_[0-9a-z]+$/.test(name)) return 'load-balancer'
  if (/^\d+-[0-9a-z]+$/.test(name)) return 'overlay'
  if (/^[0-9a-f]{12}$/.test(name)) return 'container'
  return hasProcesses ? 'container' : 'other'
}

/** Position in a list: host first, then the mesh, then those that use it. */
export function kindOrder(kind: NamespaceKind): number {
  return namespaceKinds.indexOf(kind)
}
