import type { Snapshot } from '../snapshot/index.ts'
import { jsonText } from '../util/json-text.ts'
import { dockerListings } from './docker-listings.ts'
import { CommandError, exitCodes } from './exit.ts'
import { listings } from './listings.ts'
import { lsDocker } from './ls-docker.ts'
import { type LookOptions, look } from './options.ts'
import { note, writeOut } from './output.ts'
import { plainTable } from './plain-table.ts'
import { isAllForbidden, shortcomings } from './shortcomings.ts'

export type LsOptions = LookOptions & {
  readonly json?: boolean
  /** Name or id of the one namespace to list. */
  readonly namespace?: string
}

/**
 * `cnmtop ls WHAT`: one kind of row of every namespace. `--json` gives an array of `{ namespace, name, rows }` with the
 * rows as they stand in a snapshot, so jq filters for iproute2's output work on `.rows`. What Docker tells is listed by `lsDocker`.
 */
export async function lsCommand(what: string, options: LsOptions): Promise<number> {
  if (Object.hasOwn(dockerListings, what)) return lsDocker(what, options)
  const listing = Object.hasOwn(listings, what) ? listings[what] : undefined
  if (!listing) {
    const known = [...Object.keys(listings), ...Object.keys(dockerListings)].join(', ')
    throw new CommandError(exitCodes.usage, `nothing is called '${what}'; known: ${known}`)
  }
  const snapshot = await look(options, { owners: what === 'sockets', parts: new Set(listing.parts) })
  const namespaces = chosen(snapshot, options.namespace)
  const seen = { ...snapshot, namespaces }
  for (const sentence of shortcomings(seen, listing.parts)) note(sentence)
  const done = isAllForbidden(seen, listing.parts) ? exitCodes.permission : exitCodes.ok
  if (options.json) {
    const groups = namespaces.map(namespace => ({
      namespace: namespace.id,
      kind: namespace.kind,
      name: namespace.name,
      rows: listing.rows(namespace),
    }))
    await writeOut(`${jsonText(groups)}\n`)
    return done
  }
  const rows = namespaces.flatMap(namespace =>
    listing
      .rows(namespace)
      .map(row => [namespace.name, ...listing.columns.map(({ cell }) => cell(row, seen))]),
  )
  await writeOut(plainTable([{ title: 'NAMESPACE' }, ...listing.columns], rows))
  return done
}

function chosen(snapshot: Snapshot, wanted: string | undefined): Snapshot['namespaces'] {
  if (wanted === undefined) return snapshot.namespaces
  const found = snapshot.namespaces.filter(({ id, name }) => id === wanted || name === wanted)
  if (found.length > 0) return found
  throw new CommandError(
    exitCodes.usage,
    `no namespace is called '${wanted}'; see: cnmtop ls namespaces (${snapshot.namespaces.length} were found)`,
  )
}
