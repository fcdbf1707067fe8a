export {
  formatIp,
  type Ip,
  isInPrefix,
  isLinkLocal6,
  isLoopback,
  isMulticast,
  matchesMask,
  parseIp,
  parsePrefix,
  type Prefix,
} from '../util/prefix.ts'
