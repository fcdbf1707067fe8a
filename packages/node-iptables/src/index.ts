export type { Extension, Payload } from './extensions/extension.ts'
export {
  decodeMatch,
  decodeTarget,
  type Encoded,
  encodeMatch,
  encodeTarget,
  type KnownMatch,
  type KnownTarget,
  printMatch,
  printTarget,
} from './extensions/registry.ts'
export type {
  AddressTest,
  Chain,
  Family,
  HeaderTests,
  InterfaceTest,
  Match,
  Rule,
  Table,
  Target,
  Unknown,
  Verdict,
} from './model.ts'
export { protocolName, protocolNumber } from './protocols.ts'
export { printRule, printTable } from './text/print.ts'
