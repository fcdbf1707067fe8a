export type { Extension, Payload } from './extensions/extension.ts'
export type { KnownMatch } from './extensions/matches.ts'
export {
  decodeMatch,
  decodeTarget,
  type Encoded,
  encodeMatch,
  encodeTarget,
  type MatchNamed,
  printMatch,
  printTarget,
  type TargetNamed,
} from './extensions/registry.ts'
export type { KnownTarget } from './extensions/targets.ts'
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
