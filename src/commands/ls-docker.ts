import type { DockerPart } from '../collectors/docker/ask.ts'
import type { Docker, SourceReport } from '../snapshot/index.ts'
import { jsonText } from '../util/json-text.ts'
import { dockerListings } from './docker-listings.ts'
import { CommandError, exitCodes } from './exit.ts'
import { askDocker, type LookOptions, readSnapshot } from './options.ts'
import { note, writeOut } from './output.ts'
import { plainTable } from './plain-table.ts'

/**
 * `cnmtop ls WHAT` for what the Docker daemon tells. The kernel is not looked at. `--json` gives the rows as they stand in a
 * snapshot, which is as the API gives them, trimmed.
 *
 * @param what a key of `dockerListings`
 */
export async function lsDocker(
  what: string,
  options: LookOptions & { readonly json?: boolean },
): Promise<number> {
  const listing = dockerListings[what]
  if (!listing) throw new Error(`${what} is no listing of Docker's`)
  const { docker, sources } = await told(options, listing.parts)
  const report = sources.find(({ source }) => source === `docker.${listing.parts[0]}`)
  const rows = docker && listing.rows(docker)
  if (!docker || !rows) {
    const code = report?.status === 'forbidden' ? exitCodes.permission : exitCodes.unreachable
    throw new CommandError(code, `${what}: ${report?.reason ?? 'this snapshot holds nothing of them'}`)
  }
  if (report && report.status !== 'ok') note(`${what}: ${report.status}: ${report.reason}`)
  if (options.json) {
    await writeOut(`${jsonText(rows)}\n`)
    return exitCodes.ok
  }
  const columns = listing.columns(docker)
  await writeOut(
    plainTable(
      columns,
      rows.map(row => columns.map(({ cell }) => cell(row, { sources }))),
    ),
  )
  return exitCodes.ok
}

type Told = { readonly docker?: Docker | undefined; readonly sources: readonly SourceReport[] }

async function told(options: LookOptions, parts: readonly DockerPart[]): Promise<Told> {
  if (options.fromSnapshot !== undefined) return readSnapshot(options.fromSnapshot)
  if (options.docker === false) {
    throw new CommandError(exitCodes.usage, '--no-docker leaves nothing to list here')
  }
  return (await askDocker(options, parts)).reading
}
