import type { Snapshot } from '../../../snapshot/index.ts'
import { sanitise } from '../../../util/sanitise.ts'

/** The sources of the Docker API that the names in a view come from. */
const sourcesOf: Readonly<Record<string, readonly string[]>> = {
  services: ['docker.services', 'docker.networks'],
  overview: ['docker.networks'],
}

/** Why names are missing: no daemon was asked, or none did answer. Undefined when nothing is missing. */
export function whyNameless(nodes: readonly Snapshot[], view: string): string | undefined {
  const reasons = nodes.map(snapshot => whyNamelessOn(snapshot, view))
  return reasons.includes(undefined) ? undefined : reasons[0]
}

function whyNamelessOn(snapshot: Snapshot, view: string): string | undefined {
  const wanted = sourcesOf[view] ?? ['docker.networks', 'docker.containers']
  const reports = snapshot.sources.filter(({ source }) => source.startsWith('docker'))
  if (reports.length === 0)
    return snapshot.docker ? undefined : "The Docker API was not asked: names are the kernel's."
  const silent = reports.find(
    ({ source, status }) =>
      status !== 'ok' && (source === 'docker' || source === 'docker.version' || wanted.includes(source)),
  )
  if (!silent) return undefined
  const reason = silent.reason === undefined ? '' : `: ${silent.reason}`
  return sanitise(`${silent.source} ${silent.status}${reason}`)
}
