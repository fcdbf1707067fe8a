export { encodeLegacyTable, type LegacyBlob } from './encode-legacy.ts'
