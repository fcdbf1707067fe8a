import type { IntentKind } from '../../../actions/intent.ts'
import { networkCreatePanel } from './network-create.ts'
import { connectPanel, disconnectPanel, networkPrunePanel, networkRemovePanel } from './network-panels.ts'
import type { Panel } from './panel.ts'
import { serviceCreatePanel } from './service-create.ts'
import {
  forceUpdatePanel,
  publishAddPanel,
  publishRemovePanel,
  scalePanel,
  serviceRemovePanel,
} from './service-panels.ts'

/** All panels, in the order of the menu: what is often done first, what takes away last. */
export const panels: readonly Panel[] = [
  publishAddPanel,
  publishRemovePanel,
  scalePanel,
  forceUpdatePanel,
  serviceRemovePanel,
  connectPanel,
  disconnectPanel,
  networkRemovePanel,
  networkCreatePanel,
  serviceCreatePanel,
  networkPrunePanel,
]

const byKind = new Map(panels.map(panel => [panel.kind as string, panel]))

/** The panel of this name; undefined when there is none. */
export function panelOf(kind: IntentKind | (string & {})): Panel | undefined {
  return byKind.get(kind)
}
