import type { XfrmPolicy, XfrmState } from '../../../snapshot/index.ts'
import { uniqueKeys, xfrmPolicyKey, xfrmStateKey } from '../../../snapshot/row-keys.ts'
import { formatBytes, formatCount } from '../../../util/format.ts'
import { cellRow, lineRow, type Row, worldCell } from '../table.ts'
import type { Tab } from './tab.ts'

/** Security associations and policies: what encrypts an overlay. */
export const xfrm: Tab = {
  id: 'xfrm',
  title: 'XFRM',
  short: 'XFRM',
  sources: ['xfrm'],
  sortable: [],
  noun: 'security associations or policies',
  count: ({ xfrm: { states, policies } }) => states.length + policies.length,
  table: ({ namespace }) => {
    const { states, policies } = namespace.xfrm
    const unique = uniqueKeys()
    return {
      columns: [
        { id: 'src', title: 'SRC', grow: true },
        { id: 'dst', title: 'DST' },
        { id: 'what', title: 'SPI/DIR' },
        { id: 'mode', title: 'MODE', hide: 2 },
        { id: 'mark', title: 'MARK', hide: 1 },
        { id: 'algorithm', title: 'ALGORITHM', hide: 3 },
        { id: 'bytes', title: 'BYTES', align: 'right', hide: 4, isCounter: true },
        { id: 'packets', title: 'PKTS', align: 'right', hide: 5, isCounter: true },
      ],
      rows: [
        ...(states.length > 0 ? [heading('states', states)] : []),
        ...states.map(state => stateRow(state, unique)),
        ...(policies.length > 0 ? [heading('policies', policies)] : []),
        ...policies.map(policy => policyRow(policy, unique)),
      ],
    }
  },
}

function heading(text: string, datum: unknown): Row {
  return lineRow(text, 0, [{ text, tone: 'title' }], datum)
}

function stateRow(state: XfrmState, unique: (id: string) => string): Row {
  return cellRow(
    unique(xfrmStateKey(state)),
    [
      worldCell(state.src, 'accent'),
      worldCell(state.dst, 'accent'),
      worldCell(`${state.proto} ${state.spi}`),
      worldCell(state.mode, 'dim'),
      worldCell(state.mark),
      worldCell(state.aead ?? state.enc ?? state.auth),
      { text: formatBytes(state.bytes), value: Number(state.bytes) },
      { text: formatCount(state.packets), value: Number(state.packets) },
    ],
    state,
  )
}

function policyRow(policy: XfrmPolicy, unique: (id: string) => string): Row {
  const [template] = policy.templates
  const port = (value: number | undefined): string => (value === undefined ? '' : ` port ${value}`)
  return cellRow(
    unique(xfrmPolicyKey(policy)),
    [
      worldCell(policy.src + port(policy.sport), 'accent'),
      worldCell(policy.dst + port(policy.dport), 'accent'),
      worldCell(`${policy.dir} ${policy.action}`),
      worldCell(template?.mode, 'dim'),
      worldCell(policy.mark),
      worldCell(template && `${template.proto} ${template.src} ${template.dst}`),
      { text: '' },
      { text: '' },
    ],
    policy,
  )
}
