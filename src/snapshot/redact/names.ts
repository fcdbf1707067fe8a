import type { Secret } from './secret.ts'
import { grammar } from './grammar.ts'

/** What a name is the name of, the strongest first: a text that names several things is called after the first of these. */
export const kinds = [
  'host',
  'network',
  'service',
  'task',
  'container',
  'stack',
  'image',
  'tag',
  'chain',
  'table',
  'set',
  'if',
  'process',
  'user',
  'path',
  'label',
  'option',
  'value',
  'text',
] as const

export type Kind = (typeof kinds)[number]

export type Names = {
  /** Notes that a text is a name; all are noted before the first is asked for. */
  readonly note: (text: string, kind: Kind) => void
  /** What a noted name is; undefined for another text. */
  readonly kindOf: (text: string) => Kind | undefined
  /** `service-k3f9a`: always the same for a text, whatever it is the name of here. */
  readonly pseudonym: (text: string, kind: Kind) => string
}

const alphabet = 'abcdefghijkmnpqrstuvwxyz23456789'
const SHORTEST = 5

export function createNames(secret: Secret): Names {
  const noted = new Map<string, Kind>()
  const given = new Map<string, string>()
  const owners = new Map<string, string>()
  return {
    note(text, kind) {
      const before = noted.get(text)
      if (before === undefined || kinds.indexOf(kind) < kinds.indexOf(before)) noted.set(text, kind)
    },
    kindOf: text => noted.get(text),
    pseudonym(text, kind) {
      const known = given.get(text)
      if (known !== undefined) return known
      const letters = [...secret.bytes('name', text)].map(byte => alphabet[byte % alphabet.length]).join('')
      let length = SHORTEST
      // Two names with the same beginning, one in 33 million: longer, so that they stay two.
      while (owners.has(letters.slice(0, length))) length++
      owners.set(letters.slice(0, length), text)
      const made = `${noted.get(text) ?? kind}-${letters.slice(0, length)}`
      given.set(text, made)
      return made
    },
  }
}

/** Names that Docker and the kernel give, the same on every node. */
const common = new Set(
  `default bridge host none null veth eth br- docker br ingress docker_gwbridge overlay macvlan ipvlan local swarm global
  ingress_sbox ingress-sbox ingress-endpoint gateway_ingress-sbox ingress_endpoint lb-ingress
  unix tcp init systemd systemd-resolve systemd-network systemd-timesyn dockerd docker-proxy docker-init containerd
  containerd-shim containerd-shim-runc-v1 containerd-shim-runc-v2 runc tini pause sshd cnmtop
  DOCKER DOCKER-USER DOCKER-INGRESS DOCKER-ISOLATION DOCKER-ISOLATION-STAGE-1 DOCKER-ISOLATION-STAGE-2 DOCKER-FORWARD
  DOCKER-BRIDGE DOCKER-CT DOCKER-INTERNAL DOCKER_OUTPUT DOCKER_POSTROUTING DOCKER-OVERLAY
  docker-bridges docker-bridges-forward docker-internal
  filter-forward nat-prerouting-and-output nat-postrouting nat-prerouting nat-output raw-prerouting raw-PREROUTING
  filter-FORWARD nat-PREROUTING nat-OUTPUT nat-POSTROUTING`.split(/\s+/),
)

/** Interfaces that the kernel and Docker name; what comes behind is a number or random. */
const interfaces =
  /^(?:lo|docker0|docker_gwbridge|docker_gwbri|(?:eth|en[ops]|wlan|br|vxlan|veth|bond|team|dummy|ifb|tun|tap|wg|ipvl|macvl|macvtap|nlmon|vrf|gre|gretap|erspan|sit|tunl|ip6tnl|ip6gre|ip_vti|ip6_vti|teql|can|ipvlan|macvlan)\d{1,4}|en(?:o|s|p)\d+(?:s\d+)?(?:f\d+)?(?:np\d+)?|veth[0-9a-f]{7,8})$/

/** Whether a text says nothing about whom it comes from. */
export function isCommon(text: string): boolean {
  // A set of which only the number is known is `<set:3>`.
  return common.has(text) || grammar.has(text) || interfaces.test(text) || /^<set:\d+>$/.test(text)
}
