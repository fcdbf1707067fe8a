import { balancingFaults } from './balancing.ts'
import { containerFaults } from './container.ts'
import { edgeFaults } from './edges.ts'
import type { Fault } from './fault.ts'
import { meshFaults } from './mesh.ts'
import { overlayFaults } from './overlay.ts'

/** The catalogue. Those that need the same scenario stand together. */
export const faults: readonly Fault[] = [
  ...meshFaults,
  ...balancingFaults,
  ...containerFaults,
  ...overlayFaults,
  ...edgeFaults,
]
