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
export {
  IPT_SO_GET_ENTRIES,
  IPT_SO_GET_INFO,
  type LegacyInfo,
  legacyEntriesRequest,
  legacyInfoRequest,
  readLegacyInfo,
  SOL_IP,
  SOL_IPV6,
} from './legacy/info.ts'
export { type LegacyOptions, readLegacyTable } from './legacy/read-table.ts'
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
export { printHeader, printRule, printTable } from './text/print.ts'
export { parseRule, SaveSyntaxError } from './text/rule.ts'
export { parseSave } from './text/save.ts'
