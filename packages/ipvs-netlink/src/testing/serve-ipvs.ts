import {
  encodeGenlMessage,
  encodeMessage,
  genlAttributes,
  genlCommand,
  type Message,
  NetlinkError,
  NLM_F_DUMP,
  NLM_F_MULTI,
  NLMSG_DONE,
  type Transport,
  type ByteWriter,
} from 'netlink-codec'
import { fakeTransport } from 'netlink-codec/testing'
import * as K from '../constants.ts'
import { decodeServiceKey } from '../decode.ts'
import { encodeDestEntry, encodeInfo, encodeServiceEntry, encodeTimeouts } from '../encode.ts'
import { serviceId } from '../names.ts'
import type { Info, IpvsEntry, Timeouts } from '../types.ts'

/** What the fake kernel holds. */
export type IpvsState = {
  readonly entries: readonly IpvsEntry[]
  /** The kernel's defaults when absent: 900, 120 and 300 seconds. */
  readonly timeouts?: Timeouts
  readonly info?: Info
}

export type ServeIpvsOptions = {
  /** Requests with another family are refused with EINVAL. */
  readonly familyId?: number
  /** Called before each answer: a test changes the tables here, as another program would. */
  readonly onRequest?: (command: number) => void
}

const defaultTimeouts: Timeouts = { tcp: 900, tcpFin: 120, udp: 300 }
const defaultInfo: Info = { version: '1.2.1', connectionTableSize: 4096 }

/**
 * A transport that answers as the IPVS family of a kernel with this state would: GET_SERVICE and GET_DEST dumps
 * (empty for a service that is not there), GET_CONFIG and GET_INFO. `state` is read anew for every request.
 */
export function serveIpvs(state: () => IpvsState, options: ServeIpvsOptions = {}): Transport {
  const familyId = options.familyId ?? 32
  return fakeTransport((request, op) => {
    const refuse = (errno: number, code: string): NetlinkError =>
      new NetlinkError({ op, errno, code, seq: request.seq })
    if (request.type !== familyId) return refuse(22, 'EINVAL')
    const command = genlCommand(request)
    options.onRequest?.(command)
    const { entries, timeouts = defaultTimeouts, info = defaultInfo } = state()
    const answer = (reply: number, flags: number, payload: (writer: ByteWriter) => void): Uint8Array =>
      encodeGenlMessage({ familyId, command: reply, version: K.IPVS_GENL_VERSION, flags }, payload)
    const isDump = (request.flags & NLM_F_DUMP) === NLM_F_DUMP
    switch (command) {
      case K.IPVS_CMD_GET_SERVICE: {
        if (!isDump) return refuse(95, 'EOPNOTSUPP')
        const services = entries.map(entry =>
          answer(K.IPVS_CMD_NEW_SERVICE, NLM_F_MULTI, w => encodeServiceEntry(w, entry)),
        )
        return [...services, done()]
      }
      case K.IPVS_CMD_GET_DEST: {
        if (!isDump) return refuse(95, 'EOPNOTSUPP')
        const asked = requestedService(request)
        const found = entries.find(entry => serviceId(entry.service) === asked)
        const destinations = (found?.realServers ?? []).map(entry =>
          answer(K.IPVS_CMD_NEW_DEST, NLM_F_MULTI, w => encodeDestEntry(w, entry)),
        )
        return [...destinations, done()]
      }
      case K.IPVS_CMD_GET_CONFIG:
        return [answer(K.IPVS_CMD_SET_CONFIG, 0, w => encodeTimeouts(w, timeouts))]
      case K.IPVS_CMD_GET_INFO:
        return [answer(K.IPVS_CMD_SET_INFO, 0, w => encodeInfo(w, info))]
      default:
        return refuse(95, 'EOPNOTSUPP')
    }
  })
}

function requestedService(request: Message): string | undefined {
  const service = genlAttributes(request).nested(K.IPVS_CMD_ATTR_SERVICE)
  return service && serviceId(decodeServiceKey(service))
}

function done(): Uint8Array {
  return encodeMessage({ type: NLMSG_DONE, flags: NLM_F_MULTI }, writer => writer.u32(0))
}
