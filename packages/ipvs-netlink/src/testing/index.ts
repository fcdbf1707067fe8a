export { type IpvsState, serveIpvs, type ServeIpvsOptions } from './serve-ipvs.ts'
