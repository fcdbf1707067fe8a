import type { Common } from './network.ts'

/** A service on one network. */
export type ServiceNetwork = {
  readonly network: string
  /** Absent for dnsrr, and when nobody told. */
  readonly vip?: string
  /** The mark that each node gave it, by node; a node that does not balance it is absent. */
  readonly fwmarks: Readonly<Record<string, number>>
}

export type ServicePort = {
  /** Absent where only a worker told, which leaves it out. */
  readonly protocol?: string
  readonly targetPort: number
  readonly publishedPort?: number
  readonly publishMode: 'ingress' | 'host'
}

export type SwarmService = Common<'service'> & {
  /** Swarm's id; a worker knows it only of services with a container on it. */
  readonly serviceId?: string
  /** Absent when no manager told and nothing shows it. */
  readonly mode?: 'vip' | 'dnsrr'
  /** `replicated`, `global`, `replicated-job`, `global-job`; of managers only. */
  readonly schedule?: string
  readonly runningTasks?: number
  readonly desiredTasks?: number
  readonly image?: string
  /** `com.docker.stack.namespace` */
  readonly stack?: string
  readonly networks: readonly ServiceNetwork[]
  readonly ports: readonly ServicePort[]
  readonly tasks: readonly string[]
  readonly virtualServices: readonly string[]
  readonly publishedPorts: readonly string[]
}

/** One task, also one that only the gossip of a network told of. Its name is short: `web.3`. */
export type SwarmTask = Common<'task'> & {
  readonly taskId: string
  readonly service?: string
  readonly slot?: number
  readonly node?: string
  /** `running` and so on; absent where no manager told. */
  readonly state?: string
  readonly desiredState?: string
  readonly error?: string
  readonly container?: string
  readonly sandbox?: string
  readonly addresses: readonly { readonly network: string; readonly address: string }[]
  /** Of those nodes whose snapshots are here. */
  readonly endpoints: readonly string[]
  readonly realServers: readonly string[]
}

export type Container = Common<'container'> & {
  readonly containerId: string
  readonly node: string
  readonly image: string
  readonly state: string
  readonly health?: string
  /** 0 when it does not run. */
  readonly pid: number
  /** `default`, `host`, `none`, `container:…`, a network. */
  readonly networkMode: string
  readonly sandbox?: string
  readonly task?: string
  readonly stack?: string
  readonly publishedPorts: readonly string[]
}
