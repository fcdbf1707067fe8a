import type { Ending, Path } from '../trace.ts'
import { formatPacket } from '../packet.ts'
import { bridge } from './bridge.ts'
import { deliver } from './deliver.ts'
import { deviceFilter } from './device-filter.ts'
import { frameIn, frameOut } from './frame.ts'
import { forward, ipIn, localIn, localOut, output, post, routeIn } from './ip.ts'
import { leave } from './leave.ts'
import type { Next, NextAt } from './next.ts'
import { transmit } from './transmit.ts'
import { vxlanOut } from './vxlan.ts'
import { addSteps, branchOf, endingOf, hopsOf, type Walk } from './walk.ts'

/** Stages that a walk may take in all: a path that is longer does not end. */
const MOST_STAGES = 2000

/** Follows a packet until it ends; `onEnd` is told of every end, and adds what comes behind it. */
export function runWalk(
  walk: Walk,
  start: Next,
  onEnd: (walk: Walk, ending: Ending) => Pick<Path, 'reply' | 'fullSize'>,
): Path {
  let next = start
  for (let stages = 0; stages < MOST_STAGES; stages++) {
    if (next.at === 'end') {
      const end = endingOf(walk, next.view, next.packet, next)
      return { hops: hopsOf(walk), end, ...onEnd(walk, end) }
    }
    if (next.at === 'fork') return divide(walk, next, onEnd)
    next = deviceFilter(next) ?? stage(walk, next)
  }
  throw new Error('a walk does not end')
}

function stage(walk: Walk, next: Exclude<Next, { at: 'end' | 'fork' }>): Next {
  switch (next.at) {
    case 'frame-in':
      return frameIn(walk, next)
    case 'frame-out':
      return frameOut(walk, next)
    case 'bridge':
      return bridge(walk, next)
    case 'vxlan':
      return vxlanOut(walk, next)
    case 'ip-in':
      return ipIn(walk, next)
    case 'route-in':
      return routeIn(walk, next)
    case 'forward':
      return forward(walk, next)
    case 'local-in':
      return localIn(walk, next)
    case 'local-out':
      return localOut(walk, next)
    case 'output':
      return output(walk, next)
    case 'post':
      return post(walk, next)
    case 'transmit':
      return transmit(walk, next)
    case 'deliver':
      return deliver(walk, next)
    case 'leave':
      return leave(walk, next)
    case 'resume':
      return next.goOn(walk, next.packet)
  }
}

/** Walks every branch. What was not known does not matter where all of them end the same. */
function divide(
  walk: Walk,
  { reason, branches, packet }: NextAt<'fork'>,
  onEnd: Parameters<typeof runWalk>[2],
): Path {
  const walked = branches.map(({ label, evidence, view, steps, next }) => {
    const branch = branchOf(walk)
    addSteps(branch, view, steps)
    return { label, evidence, path: runWalk(branch, next, onEnd) }
  })
  const plain = walked.at(-1)
  if (plain && reason === 'unknown') {
    const prints = new Set(walked.map(({ path }) => fingerprint(path)))
    // Told as if the rule did not match, which is how most packets fare.
    if (prints.size === 1)
      return withMarks(
        { ...plain.path, hops: joinHops(hopsOf(walk), plain.path.hops) },
        walked.map(({ path }) => path),
      )
  }
  return { hops: hopsOf(walk), fork: { reason, branches: walked, ...(packet && { packet }) } }
}

/** Marks may differ between paths that end the same, there and on the way back: then they are not known. */
function withMarks(path: Path, all: readonly Path[]): Path {
  const { end, reply, fork } = path
  const marks = new Set(all.map(other => other.end?.packet.mark))
  return {
    ...path,
    ...(end && marks.size > 1 && { end: { ...end, packet: { ...end.packet, mark: undefined } } }),
    ...(reply && {
      reply: withMarks(
        reply,
        all.flatMap(other => other.reply ?? []),
      ),
    }),
    ...(fork && {
      fork: {
        ...fork,
        branches: fork.branches.map((branch, i) => ({
          ...branch,
          path: withMarks(
            branch.path,
            all.flatMap(other => other.fork?.branches[i]?.path ?? []),
          ),
        })),
      },
    }),
  }
}

function joinHops(before: Path['hops'], after: Path['hops']): Path['hops'] {
  const last = before.at(-1)
  const [first, ...rest] = after
  if (!last || !first || last.namespace !== first.namespace || last.node !== first.node)
    return [...before, ...after]
  return [...before.slice(0, -1), { ...last, steps: [...last.steps, ...first.steps] }, ...rest]
}

/**
 * Where and how a path ends, by which rows, and with what packet: of two paths that agree in it either may be told. Two rules that
 * both drop it are two ends, as only one of them did.
 */
function fingerprint({ end, fork, reply, fullSize }: Path): string {
  if (end) {
    const { mark: _, ...packet } = end.packet
    const tuple = formatPacket({ ...packet, mark: 0 })
    const rows = end.evidence.map(({ part, key }) => `${part} ${key}`).join()
    const size = fullSize ? `${fullSize.bytes} ${fullSize.end.detail}` : ''
    const parts = [
      end.disposition,
      end.node,
      end.namespace,
      rows,
      tuple,
      reply ? fingerprint(reply) : '',
      size,
    ]
    return parts.join('|')
  }
  return `${fork?.reason}(${fork?.branches.map(({ label, path }) => `${label}:${fingerprint(path)}`).join(';')})`
}
