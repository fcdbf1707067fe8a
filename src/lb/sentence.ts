import { endpoint, protocolText } from './packet.ts'
import type { Branch, Disposition, Ending, FullSize, Path, Trace } from './trace.ts'

/** Every end of a path, with the answer's where there is one. */
type Leaf = {
  readonly end: Ending
  readonly reply?: Path
  readonly fullSize?: FullSize
  readonly labels: readonly string[]
  readonly isUnsure: boolean
}

/** Ends that mean that a connection comes about, as far as the snapshots tell. */
const good: ReadonlySet<Disposition> = new Set(['delivered', 'left-node'])

/** What becomes of the whole: delivered only when every branch is, and the answer comes back. */
export function judge(path: Path): Pick<Trace, 'disposition' | 'sentence'> {
  const leaves = leavesOf(path)
  const results = leaves.map(leaf => ({ leaf, disposition: dispositionOf(leaf) }))
  const bad = results.filter(({ disposition }) => !good.has(disposition))
  const unsure = results.some(({ leaf }) => leaf.isUnsure)
  if (unsure && new Set(results.map(({ disposition }) => disposition)).size > 1) {
    return { disposition: 'insufficient-info', sentence: unsureSentence(leaves) }
  }
  const worst =
    bad.find(({ disposition }) => disposition !== 'insufficient-info' && disposition !== 'left-for-peer') ??
    bad[0]
  const chosen = worst ?? results[0]!
  const sentence = sentenceOf(chosen.leaf)
  if (results.length === 1) return { disposition: chosen.disposition, sentence }
  const count = `${results.length - bad.length} of ${results.length} ways deliver`
  if (worst)
    return { disposition: chosen.disposition, sentence: `${count}. ${labelled(chosen.leaf)}${sentence}` }
  const left = results.filter(({ disposition }) => disposition === 'left-node')
  if (left[0]) {
    const gone = `${results.length - left.length} of ${results.length} ways deliver`
    return {
      disposition: 'left-node',
      sentence: `${gone}. ${labelled(left[0].leaf)}${sentenceOf(left[0].leaf)}`,
    }
  }
  const names = leaves.map(({ labels }) => shortLabel(labels.at(-1) ?? ''))
  return { disposition: chosen.disposition, sentence: `each of ${results.length} ways: ${names.join(', ')}.` }
}

/** `web.2 on node3`, without the address behind it. */
function shortLabel(label: string): string {
  return label.split(',')[0] ?? label
}

function labelled({ labels }: Leaf): string {
  return labels.length === 0 ? '' : `${labels.join(', ')}: `
}

function leavesOf(path: Path, labels: readonly string[] = [], isUnsure = false): Leaf[] {
  const { end, reply, fullSize } = path
  if (end) return [{ end, labels, isUnsure, ...(reply && { reply }), ...(fullSize && { fullSize }) }]
  const unsure = isUnsure || path.fork?.reason === 'unknown'
  return (path.fork?.branches ?? []).flatMap((branch: Branch) =>
    leavesOf(branch.path, [...labels, branch.label], unsure),
  )
}

function dispositionOf({ end, reply, fullSize }: Leaf): Disposition {
  if (fullSize && good.has(end.disposition)) return fullSize.end.disposition
  if (!reply || !good.has(end.disposition)) return end.disposition
  const { disposition } = judge(reply)
  // Whoever answers is in no snapshot.
  return good.has(disposition) ? end.disposition : disposition
}

function unsureSentence(leaves: readonly Leaf[]): string {
  const [first, second] = leaves
  if (!second) return sentenceOf(first!)
  return `It depends on what the snapshot does not hold: ${labelled(first!)}${sentenceOf(first!)} ${labelled(second)}${sentenceOf(second)}`
}

function sentenceOf({ end, reply }: Leaf): string {
  const broken = reply && good.has(end.disposition) ? brokenReply(reply) : undefined
  if (broken && leavesOf(reply!).some(({ isUnsure }) => isUnsure)) {
    const answer = judge(reply!)
    // What becomes of one way alone is not what becomes of the answer.
    if (answer.disposition === 'insufficient-info')
      return `${subject(end)} reaches ${end.label}. Whether the answer comes back is not known. ${answer.sentence}`
  }
  if (broken?.fullSize) {
    const { bytes, end: lost } = broken.fullSize
    return `Small packets are delivered, but not those of full size (${bytes} bytes): ${tell(lost)}`
  }
  if (broken)
    return `${subject(end)} reaches ${end.label}, but the answer does not come back: ${tell(broken.end)}`
  return tell(end)
}

function brokenReply(reply: Path): Leaf | undefined {
  const leaves = leavesOf(reply)
  return leaves.find(({ end }) => !good.has(end.disposition)) ?? leaves.find(({ fullSize }) => fullSize)
}

const words: Readonly<Record<Disposition, string>> = {
  delivered: 'is delivered',
  dropped: 'is dropped',
  rejected: 'is rejected',
  'no-route': 'has no route',
  'no-neighbour': 'cannot be sent: the next hop has no MAC',
  'duplicate-address': 'goes to one of several that have its address',
  'no-virtual-service': 'finds no virtual service',
  'no-real-server': 'finds no real server',
  'no-listener': 'is refused',
  loop: 'goes in a loop',
  'insufficient-info': 'cannot be followed further',
  'left-for-peer': 'leaves for another node',
  'left-node': 'leaves the node',
}

function tell(end: Ending): string {
  if (end.disposition === 'delivered' && end.detail.startsWith('to '))
    return `${subject(end)} is delivered ${end.detail}.`
  const place = end.disposition === 'delivered' ? '' : ` in ${end.label}`
  return `${subject(end)} ${words[end.disposition]}${place}: ${end.detail}.${causeText(end)}`
}

/** ` In ingress_sbox of node1: no rule of …` */
function causeText({ cause, node, namespace }: Ending): string {
  if (!cause) return ''
  const isHere = cause.node === node && cause.namespace === namespace
  const place = cause.node === node ? cause.namespaceName : `${cause.namespaceName} of ${cause.hostname}`
  return isHere ? ` There, ${cause.detail}.` : ` In ${place}, ${cause.detail}.`
}

function subject({ packet }: Ending): string {
  const { protocol, source, sourcePort, destination, destinationPort } = packet
  return `${protocolText(protocol)} ${endpoint(source, sourcePort)} to ${endpoint(destination, destinationPort)}`
}
