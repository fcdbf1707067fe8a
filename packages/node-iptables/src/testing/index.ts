export { encodeLegacyTable, type LegacyBlob } from './encode-legacy.ts'
export {
  encodeNftChain,
  encodeNftElements,
  encodeNftRule,
  encodeNftSet,
  encodeNftTable,
} from './nft.ts'
