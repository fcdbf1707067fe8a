import type { IpvsStats } from '../../src/snapshot/index.ts'

/** Counters of IPVS that nothing has passed. */
export const noStats: IpvsStats = {
  conns: '0',
  inPackets: '0',
  outPackets: '0',
  inBytes: '0',
  outBytes: '0',
  cps: '0',
  inPps: '0',
  outPps: '0',
  inBps: '0',
  outBps: '0',
}
