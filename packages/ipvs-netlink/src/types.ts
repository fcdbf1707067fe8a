import type { UnknownAttribute } from 'netlink-codec'

export type AddressFamily = 'inet' | 'inet6'

/** A decimal number stands for one without a name here. */
export type Protocol = 'tcp' | 'udp' | 'sctp' | `${number}`
export type ForwardingMethod = 'masq' | 'local' | 'tunnel' | 'droute' | 'bypass' | `${number}`
export type TunnelType = 'ipip' | 'gue' | 'gre' | `${number}`

/** What makes a virtual service that one and no other: its mark, or where it listens. */
export type VirtualServiceKey =
  | { readonly family: AddressFamily; readonly fwmark: number }
  | {
      readonly family: AddressFamily
      readonly fwmark?: undefined
      readonly protocol: Protocol
      readonly address: string
      /** 0: every port (needs persistence). */
      readonly port: number
    }

/** A virtual service as it was configured: nothing in it moves with traffic. */
export type VirtualService = VirtualServiceKey & {
  /** The kernel's name: `rr`, `wlc`, … an open set. */
  readonly scheduler: string
  /** IP_VS_SVC_F_* bits. */
  readonly flags: number
  /** Seconds that a client stays with its real server; has a meaning only with IP_VS_SVC_F_PERSISTENT. */
  readonly timeout: number
  /** Clients that count as one for persistence: `255.255.255.0`, or the length of a prefix (`64`) for IPv6. */
  readonly netmask: string
  /** `sip` */
  readonly persistenceEngine?: string
  /** Attributes that this package does not know. */
  readonly unknown?: readonly UnknownAttribute[]
}

/** How packets to a real server are wrapped. */
export type Tunnel = {
  readonly type: TunnelType
  /** Of GUE; else 0. */
  readonly port: number
  /** IP_VS_TUNNEL_ENCAP_FLAG_* bits. */
  readonly flags: number
}

/** A real server as it was configured: a destination, in the kernel's words. */
export type RealServer = {
  /** May differ from that of the service (tunnels). */
  readonly family: AddressFamily
  readonly address: string
  readonly port: number
  readonly forwarding: ForwardingMethod
  /** 0: quiesced, gets no new connections. */
  readonly weight: number
  /** Connections above which it gets no new ones; 0: no limit. */
  readonly upperThreshold: number
  /** Connections below which an overloaded one gets new ones again; 0: three quarters of the upper. */
  readonly lowerThreshold: number
  /** Absent on kernels before 5.3. */
  readonly tunnel?: Tunnel
  /** Attributes that this package does not know. */
  readonly unknown?: readonly UnknownAttribute[]
}

/** Totals since the entry was made or zeroed, and rates a second; decimal strings, because totals are 64 bits wide. */
export type Stats = {
  readonly conns: string
  readonly inPackets: string
  readonly outPackets: string
  readonly inBytes: string
  readonly outBytes: string
  readonly cps: string
  readonly inPps: string
  readonly outPps: string
  readonly inBps: string
  readonly outBps: string
}

export type ServiceEntry = { readonly service: VirtualService; readonly stats: Stats }

export type RealServerEntry = {
  readonly realServer: RealServer
  /** Established connections. */
  readonly activeConns: number
  /** All others: opening, closing, and those of UDP. */
  readonly inactiveConns: number
  /** Persistence templates that point here. */
  readonly persistConns: number
  readonly stats: Stats
}

/** A virtual service with its real servers: one block of `ipvsadm -L`. */
export type IpvsEntry = ServiceEntry & { readonly realServers: readonly RealServerEntry[] }

/** Seconds, as `ipvsadm -L --timeout` prints them. */
export type Timeouts = { readonly tcp: number; readonly tcpFin: number; readonly udp: number }

export type Info = {
  /** `1.2.1` */
  readonly version: string
  readonly connectionTableSize: number
}

/** Rows of a dump, and what has to be said about them. */
export type Listing<Row> = {
  readonly rows: Row[]
  /** The tables changed while they were read: rows may be missing or stale. */
  readonly interrupted: boolean
  /** One sentence for each message that did not decode; its row is missing. */
  readonly problems: string[]
}
