import { balancingFaults } from './balancing.ts'
import { containerFaults } from './container.ts'
import { edgeFaults } from './edges.ts'
import { encryptionFaults } from './encryption.ts'
import type { Fault } from './fault.ts'
import { limitFaults } from './limits.ts'
import { meshFaults } from './mesh.ts'
import { overlayFaults } from './overlay.ts'

/** The catalogue. Those that need the same scenario stand together. */
export const faults: readonly Fault[] = [
  ...meshFaults,
  ...balancingFaults,
  ...containerFaults,
  ...overlayFaults,
  ...limitFaults,
  ...encryptionFaults,
  ...edgeFaults,
]
