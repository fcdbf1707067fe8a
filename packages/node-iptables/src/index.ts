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
