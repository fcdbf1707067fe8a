/**
 * The closed sets of words that a snapshot uses. Apart from the schemas, so that a collector can name them without
 * loading the validator.
 */

/**
 * How a source answered. Unknown is never shown as empty: every consumer handles each of these.
 *
 * - `ok`: read whole.
 * - `partial`: read, but a part is missing; `reason` says which (a row that could not be decoded, a hidden process).
 * - `interrupted`: the kernel's data changed during the dump (NLM_F_DUMP_INTR), also after the retries.
 * - `unavailable`: this kernel or this namespace does not have it (no IPVS, no xfrm).
 * - `forbidden`: a capability is missing; `reason` names it.
 * - `timeout`: no answer within the time limit, or more data than the budget allows.
 * - `gone`: the namespace vanished while it was read.
 */
export const sourceStatuses = [
  'ok',
  'partial',
  'interrupted',
  'unavailable',
  'forbidden',
  'timeout',
  'gone',
] as const

export type SourceStatus = (typeof sourceStatuses)[number]

/**
 * What a namespace is for, in the order in which lists show them:
 *
 * - `host`: the one of process 1, or what Docker calls `default`
 * - `ingress`: `ingress_sbox`, the load balancer of the routing mesh
 * - `load-balancer`: `lb_<network>`, the load balancer of one overlay
 * - `overlay`: `<epoch>-<network>`, bridge and vxlan of one overlay
 * - `container`: a sandbox, or any other namespace that processes live in
 * - `other`: named by a file, and none of the above
 */
export const namespaceKinds = ['host', 'ingress', 'load-balancer', 'overlay', 'container', 'other'] as const

export type NamespaceKind = (typeof namespaceKinds)[number]

export const SNAPSHOT_FORMAT = 'cnmtop.snapshot'
export const SNAPSHOT_VERSION = 1
