/** nf_tables: its objects and expressions as plain data, rules of iptables' shape as rules, the rest as nft's text. */
export { compatMatch, compatTarget } from './convert/compat.ts'
export { type NftRuleParts, ruleFromNft } from './convert/rule.ts'
export type { NftExpression, UnknownExpression } from './expressions/expression.ts'
export { readExpressions, writeExpressions } from './expressions/registry.ts'
export { familyName, familyNumber, hookName, hookNumber } from './family.ts'
export {
  decodeChain,
  decodeNamedObject,
  decodeTable,
  type NftChainObject,
  type NftNamedObject,
  type NftTableObject,
} from './objects.ts'
export { completeRule, decodeRuleFrame, type NftRuleObject, type RuleFrame } from './rule.ts'
export { decodeElements, decodeSet, type NftElement, type NftSetObject, VERDICT_TYPE } from './sets.ts'
export { ruleComment } from './userdata.ts'
export type { NftData, NftVerdict } from './verdict.ts'
export { verdictTarget } from './convert/targets.ts'
export type { NftSetContents, SetsByName } from './text/context.ts'
export { printNftRule } from './text/rule.ts'
export { nftDataType, nftKeyType, nftObjectKind, printNftElements } from './text/sets.ts'
