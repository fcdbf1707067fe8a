import type { DockerEvent } from '../../snapshot/index.ts'
import type { Ask, Reading, Told } from './ask.ts'
import { readSource } from './ask.ts'
import { isTimeout } from './failure.ts'
import { trimEvent } from './trim/event.ts'

/** How many events are kept; a daemon itself remembers 256 (moby `daemon/events`). */
export const KEPT_EVENTS = 1000

/** What tells of the network; images, volumes, secrets and configs do not. */
const types = ['container', 'network', 'service', 'node', 'daemon', 'plugin']

/** The filter of `GET /events`. */
export const eventFilter = JSON.stringify({ type: types })

/** No event is longer; a line that is has no end that is worth waiting for. */
const MAX_LINE = 2 ** 20

/** What has happened before now that the daemon still knows. */
export async function readPastEvents(ask: Ask, now: number): Promise<Reading<DockerEvent[]>> {
  return readSource('events', ask, async (): Promise<Told<DockerEvent[]>> => {
    const value: DockerEvent[] = []
    const problems: string[] = []
    const until = Math.floor(now / 1000)
    const bytes = await ask.stream('/events', { since: 0, until, filters: eventFilter })
    try {
      for await (const event of parseEvents(bytes, problems)) value.push(event)
    } catch (error) {
      // A daemon whose clock is behind ours waits for `until`: what it knew has come by then.
      if (!isTimeout(error)) throw error
    }
    return { value: value.slice(-KEPT_EVENTS), problems }
  })
}

/**
 * The events of a stream of `GET /events`: one JSON document after another, each on its line.
 *
 * @param problems where a line that is no event is told
 */
export async function* parseEvents(
  bytes: AsyncIterable<Uint8Array>,
  problems: string[],
): AsyncGenerator<DockerEvent> {
  const decoder = new TextDecoder()
  let rest = ''
  let isSkipping = false
  for await (const chunk of bytes) {
    const lines = (rest + decoder.decode(chunk, { stream: true })).split('\n')
    rest = lines.pop() ?? ''
    for (const line of lines) {
      const event = isSkipping ? undefined : parseEvent(line, problems)
      isSkipping = false
      if (event) yield event
    }
    if (rest.length <= MAX_LINE) continue
    if (!isSkipping) problems.push(`an event is longer than ${MAX_LINE} characters`)
    isSkipping = true
    rest = ''
  }
  const last = isSkipping ? undefined : parseEvent(rest, problems)
  if (last) yield last
}

function parseEvent(line: string, problems: string[]): DockerEvent | undefined {
  if (line.trim() === '') return undefined
  let value: unknown
  try {
    value = JSON.parse(line)
  } catch {
    problems.push('an event is no JSON')
    return undefined
  }
  return trimEvent(value, problems)
}
