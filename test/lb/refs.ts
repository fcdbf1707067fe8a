import type { Ending, Path, RowRef } from '../../src/lb/index.ts'

/** Every row that a path points at. */
export function refsOf({ hops, end, fork, reply, fullSize }: Path): RowRef[] {
  return [
    ...hops.flatMap(({ steps }) => steps.flatMap(({ evidence }) => evidence)),
    ...(end ? refsOfEnd(end) : []),
    ...(fullSize ? refsOfEnd(fullSize.end) : []),
    ...(fork?.branches ?? []).flatMap(({ evidence, path }) => [...evidence, ...refsOf(path)]),
    ...(reply ? refsOf(reply) : []),
  ]
}

const refsOfEnd = ({ evidence, cause }: Ending): RowRef[] => [...evidence, ...(cause?.evidence ?? [])]
