export type { RowRef } from './evidence.ts'
export type { Flow } from './flow.ts'
export type { Hop, Path, Step, Trace } from './trace.ts'
export { traceFlow } from './trace-flow.ts'
