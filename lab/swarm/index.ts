/** What a program in the guest needs of its swarm. */
export { waitForServices } from './converge.ts'
export { type DockerApi } from './docker-api.ts'
export { type Ended, output, runProgram, waitFor } from './exec.ts'
export { quickImage, webImage } from './image.ts'
export { clientAddress, type SwarmNode } from './node.ts'
export { createOverlay, createService, type OverlayOptions, type ServiceOptions } from './services.ts'
export { openSwarm, type Swarm, upSwarm } from './swarm.ts'
