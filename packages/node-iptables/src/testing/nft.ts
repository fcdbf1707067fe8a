import { attribute, type ByteWriter, encodeNfnlMessage, NLM_F_MULTI } from 'netlink-codec'
import { writeExpressions } from '../nft/expressions/registry.ts'
import { familyNumber } from '../nft/family.ts'
import { type Fields, type FieldTable, writeFields } from '../nft/fields.ts'
import { chainFields, type NftChainObject, type NftTableObject, tableFields } from '../nft/objects.ts'
import { type NftRuleObject, ruleAttributes } from '../nft/rule.ts'
import { elementFields, type NftElement, type NftSetObject, setFields } from '../nft/sets.ts'
import { hexBytes } from '../nft/verdict.ts'

const NFNL_SUBSYS_NFTABLES = 10
/** NFT_MSG_NEW* (enum nf_tables_msg_types). */
const messages = { table: 0, chain: 3, rule: 6, set: 9, elements: 12 } as const

/** The kernel's answer for one object; `generation` is what stands in res_id. */
function answer(
  kind: keyof typeof messages,
  family: string,
  generation: number,
  payload: (writer: ByteWriter) => void,
): Uint8Array {
  const bytes = encodeNfnlMessage(
    {
      subsystem: NFNL_SUBSYS_NFTABLES,
      command: messages[kind],
      flags: NLM_F_MULTI,
      family: familyNumber(family),
    },
    payload,
  )
  bytes[18] = generation >> 8
  bytes[19] = generation & 0xff
  return bytes
}

function encodeObject<F extends Fields>(
  kind: 'table' | 'chain' | 'set',
  table: FieldTable<F>,
  object: { readonly family: string },
  generation: number,
): Uint8Array {
  return answer(kind, object.family, generation, writer => writeFields(table, writer, { ...object }))
}

export function encodeNftTable(table: NftTableObject, generation = 1): Uint8Array {
  return encodeObject('table', tableFields, table, generation)
}

export function encodeNftChain(chain: NftChainObject, generation = 1): Uint8Array {
  return encodeObject('chain', chainFields, chain, generation)
}

export function encodeNftSet(set: NftSetObject, generation = 1): Uint8Array {
  return encodeObject('set', setFields, set, generation)
}

/** The elements of one set in one message. */
export function encodeNftElements(
  set: NftSetObject,
  elements: readonly NftElement[],
  generation = 1,
): Uint8Array {
  return answer('elements', set.family, generation, writer => {
    attribute(writer, 1, value => value.text(set.table))
    attribute(writer, 2, value => value.text(set.name))
    attribute(writer, 3, list => {
      for (const element of elements) {
        attribute(list, 1, nest => writeFields(elementFields, nest, { ...element }))
      }
    })
  })
}

export function encodeNftRule(rule: NftRuleObject, generation = 1): Uint8Array {
  return answer('rule', rule.family, generation, writer => {
    attribute(writer, ruleAttributes.table, value => value.text(rule.table))
    attribute(writer, ruleAttributes.chain, value => value.text(rule.chain))
    attribute(writer, ruleAttributes.handle, value => value.be64(String(rule.handle)))
    attribute(writer, ruleAttributes.expressions, list => writeExpressions(list, rule.expressions))
    const { userdata } = rule
    if (userdata !== undefined)
      attribute(writer, ruleAttributes.userdata, value => value.raw(hexBytes(userdata)))
  })
}
