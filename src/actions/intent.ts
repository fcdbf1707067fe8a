/**
 * What an operator asks for, as plain data: a form fills it in, a command line is read into it, an undo is one, and the audit log holds
 * it. Names of fields follow the options of the docker command line (`--endpoint-mode` is `endpointMode`).
 */
export type Intent = NetworkIntent | ServiceIntent

/** One `--subnet` with what belongs to it. An address pool of the daemon is used when there is none at all. */
export type Subnet = {
  /** `192.168.10.0/24`, or an IPv6 prefix. */
  readonly subnet: string
  readonly gateway?: string | undefined
  /** `--ip-range`: the part of the subnet that containers get their addresses from. */
  readonly ipRange?: string | undefined
  /** `--aux-address`: name to address, never given to a container. */
  readonly auxAddresses?: Readonly<Record<string, string>> | undefined
}

export type NetworkCreate = {
  readonly kind: 'network-create'
  readonly name: string
  /** `overlay`, `bridge`, `macvlan`, `ipvlan`, or a plugin's name. */
  readonly driver: string
  readonly subnets: readonly Subnet[]
  readonly attachable: boolean
  readonly internal: boolean
  readonly ingress: boolean
  readonly ipv6: boolean
  /** Overlay only: ESP between the nodes. */
  readonly encrypted: boolean
  /** Bytes; the driver's own when left out. */
  readonly mtu?: number | undefined
  /** Overlay only: VNI of each subnet, in their order; chosen by the manager when left out. */
  readonly vnis?: readonly number[] | undefined
  /** macvlan and ipvlan: the interface of the host below, `-o parent=`. */
  readonly parent?: string | undefined
  /** Further `-o NAME=VALUE`. */
  readonly options: Readonly<Record<string, string>>
  readonly labels: Readonly<Record<string, string>>
}

/** `network` and `container` are ids or names, as `docker` takes them. */
export type NetworkIntent =
  | NetworkCreate
  /** Of an undo `made` is the id of what was made then. */
  | { readonly kind: 'network-remove'; readonly network: string; readonly made?: string | undefined }
  | { readonly kind: 'network-prune' }
  /** Makes networks again that a prune took; those of the name that are there stay. Only an undo asks for it. */
  | { readonly kind: 'network-restore'; readonly networks: readonly NetworkCreate[] }
  | {
      readonly kind: 'network-connect'
      readonly network: string
      readonly container: string
      readonly ip?: string | undefined
      readonly ip6?: string | undefined
      readonly aliases: readonly string[]
    }
  | {
      readonly kind: 'network-disconnect'
      readonly network: string
      readonly container: string
      readonly force: boolean
    }

/** `--publish`, long form. */
export type Publish = {
  /**
   * Chosen by Swarm (30000 and above) when left out, or 0. Where a port is taken away: all that lead to the target when left out, those
   * that Swarm chose a number for when 0.
   */
  readonly published?: number | undefined
  readonly target: number
  readonly protocol: 'tcp' | 'udp' | 'sctp'
  readonly mode: 'ingress' | 'host'
}

/** `--mount`. */
export type Mount = {
  readonly type: 'bind' | 'volume' | 'tmpfs'
  /** Of a bind the path on the node, of a volume its name (made when it is not there). */
  readonly source?: string | undefined
  readonly target: string
  readonly readonly: boolean
}

export type ServiceCreate = {
  readonly kind: 'service-create'
  readonly name: string
  readonly image: string
  /** Arguments of the image's entry point; its own when empty. */
  readonly command: readonly string[]
  readonly mode: 'replicated' | 'global'
  /** Tasks of a replicated service. */
  readonly replicas: number
  readonly networks: readonly string[]
  readonly endpointMode: 'vip' | 'dnsrr'
  readonly publish: readonly Publish[]
  /** `node.role==worker` */
  readonly constraints: readonly string[]
  /** `NAME=VALUE`. The values may be secrets: they never reach the audit log. */
  readonly env: readonly string[]
  readonly mounts: readonly Mount[]
  readonly labels: Readonly<Record<string, string>>
}

/** `service` is an id or a name. */
export type ServiceIntent =
  | ServiceCreate
  | { readonly kind: 'service-publish-add'; readonly service: string; readonly publish: Publish }
  | { readonly kind: 'service-publish-remove'; readonly service: string; readonly publish: Publish }
  | { readonly kind: 'service-scale'; readonly service: string; readonly replicas: number }
  /** `docker service update --force`: every task starts anew. */
  | { readonly kind: 'service-force-update'; readonly service: string }
  /** `made` as of a network. */
  | { readonly kind: 'service-remove'; readonly service: string; readonly made?: string | undefined }

export type IntentKind = Intent['kind']
