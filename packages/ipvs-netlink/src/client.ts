import {
  DecodeError,
  encodeGenlMessage,
  type Message,
  NetlinkError,
  NLM_F_DUMP,
  NLM_F_REQUEST,
  type Transport,
} from 'netlink-codec'
import * as K from './constants.ts'
import { decodeDestMessage, decodeInfo, decodeServiceMessage, decodeTimeouts } from './decode.ts'
import { encodeServiceKey } from './encode.ts'
import { serviceId } from './names.ts'
import type {
  Info,
  IpvsEntry,
  Listing,
  RealServerEntry,
  ServiceEntry,
  Timeouts,
  VirtualServiceKey,
} from './types.ts'

export type IpvsClientOptions = {
  /** A generic-netlink socket in the namespace to read. */
  readonly transport: Transport
  /**
   * The family's number as `listFamilies` of netlink-codec gives it. This package does not look it up: asking the
   * kernel for a family by name loads the module when it is not there.
   */
  readonly familyId: number
}

/**
 * Reads the IPVS tables of one namespace. Needs CAP_NET_ADMIN: the commands are flagged GENL_ADMIN_PERM
 * (GENL_UNS_ADMIN_PERM since Linux 6.13).
 *
 * Every function throws NetlinkError when the kernel refuses or the transport's time limit passes.
 */
export type IpvsClient = {
  /** All services, in the kernel's order. */
  listServices(): Listing<ServiceEntry>
  /** The real servers of one service. A service that does not exist has none: the kernel does not say so. */
  listDestinations(key: VirtualServiceKey): Listing<RealServerEntry>
  /**
   * All services with their real servers. The services are listed once more at the end: those that went away in
   * between are left out, since an empty list of real servers would be a lie, and the result is marked interrupted
   * when the two lists differ.
   */
  readAll(): Listing<IpvsEntry>
  timeouts(): Timeouts
  info(): Info
}

export function createIpvsClient({ transport, familyId }: IpvsClientOptions): IpvsClient {
  const request = (command: number, flags: number, key?: VirtualServiceKey): Uint8Array =>
    encodeGenlMessage(
      { familyId, command, version: K.IPVS_GENL_VERSION, flags: NLM_F_REQUEST | flags },
      key && (writer => encodeServiceKey(writer, key)),
    )

  const listServices = (): Listing<ServiceEntry> =>
    list(
      transport,
      'list IPVS services',
      request(K.IPVS_CMD_GET_SERVICE, NLM_F_DUMP),
      decodeServiceMessage,
      entry => serviceId(entry.service),
    )

  const listDestinations = (key: VirtualServiceKey): Listing<RealServerEntry> =>
    list(
      transport,
      'list IPVS real servers',
      request(K.IPVS_CMD_GET_DEST, NLM_F_DUMP, key),
      message => decodeDestMessage(message, key.family),
      ({ realServer }) => `${realServer.address} ${realServer.port}`,
    )

  const single = <Value>(op: string, command: number, decode: (message: Message) => Value): Value => {
    let value: Value | undefined
    transport.exchange(op, request(command, 0), message => {
      value = decode(message)
    })
    if (value === undefined) throw new NetlinkError({ op, errno: 0, code: 'ENODATA', seq: 0 })
    return value
  }

  return {
    listServices,
    listDestinations,
    readAll: () => readAll(listServices, listDestinations),
    timeouts: () => single('get IPVS timeouts', K.IPVS_CMD_GET_CONFIG, decodeTimeouts),
    info: () => single('get IPVS version', K.IPVS_CMD_GET_INFO, decodeInfo),
  }
}

function readAll(
  listServices: () => Listing<ServiceEntry>,
  listDestinations: (key: VirtualServiceKey) => Listing<RealServerEntry>,
): Listing<IpvsEntry> {
  const before = listServices()
  if (before.rows.length === 0) return { ...before, rows: [] }
  const problems = [...before.problems]
  let interrupted = before.interrupted
  const entries = before.rows.map(({ service, stats }): IpvsEntry => {
    const destinations = listDestinations(service)
    problems.push(...destinations.problems)
    interrupted ||= destinations.interrupted
    return { service, stats, realServers: destinations.rows }
  })
  const after = listServices()
  const stillThere = new Set(after.rows.map(entry => serviceId(entry.service)))
  const rows = entries.filter(entry => stillThere.has(serviceId(entry.service)))
  const changed = rows.length !== entries.length || stillThere.size !== entries.length
  return { rows, interrupted: interrupted || after.interrupted || changed, problems }
}

/**
 * One dump. The kernel walks its table by position, so an entry that is added meanwhile can push another into
 * the next datagram again: what comes twice is kept once.
 */
function list<Row>(
  transport: Transport,
  op: string,
  request: Uint8Array,
  decode: (message: Message) => Row,
  identify: (row: Row) => string,
): Listing<Row> {
  const rows = new Map<string, Row>()
  const problems: string[] = []
  const { interrupted } = transport.exchange(op, request, message => {
    try {
      const row = decode(message)
      rows.set(identify(row), row)
    } catch (error) {
      if (!(error instanceof DecodeError)) throw error
      problems.push(`${op}: ${error.message}`)
    }
  })
  return { rows: [...rows.values()], interrupted, problems }
}
