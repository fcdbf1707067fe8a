import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { CommandError, exitCodes } from './exit.ts'
import { readSnapshot } from './options.ts'
import { note, writeOut } from './output.ts'
import { plainTable } from './plain-table.ts'
import { type DisplayOptions, showNodes } from './screen.ts'

/** One line of demo/index.json: recorded nodes, and what is to be seen on them. */
type Scenario = {
  readonly name: string
  readonly about: string
  /** Where it was recorded. */
  readonly provenance: string
  /** Snapshot files, the first one is shown first. */
  readonly nodes: readonly [string, ...string[]]
}

/** The build puts it beside the program. */
const folder = new URL('./demo/', import.meta.url)

/** All recordings, the first one is what `cnmtop demo` shows. */
export async function readScenarios(): Promise<readonly Scenario[]> {
  return JSON.parse(await readFile(new URL('index.json', folder), 'utf8')) as readonly Scenario[]
}

/** `cnmtop demo [SCENARIO]`: a recorded Swarm in the same screen; `--list` tells which there are. */
export async function demoCommand(
  name: string | undefined,
  options: DisplayOptions & { readonly list?: boolean },
): Promise<number> {
  const scenarios = await readScenarios()
  if (options.list) {
    const rows = scenarios.map(scenario => [scenario.name, String(scenario.nodes.length), scenario.about])
    await writeOut(
      plainTable([{ title: 'SCENARIO' }, { title: 'NODES', right: true }, { title: 'WHAT' }], rows),
    )
    return exitCodes.ok
  }
  const scenario = name === undefined ? scenarios[0] : scenarios.find(candidate => candidate.name === name)
  if (!scenario) {
    const known = scenarios.map(candidate => candidate.name).join(', ')
    throw new CommandError(exitCodes.usage, `there is no scenario '${name}'; known: ${known}`)
  }
  const pathOf = (file: string): string => fileURLToPath(new URL(file, folder))
  const [first, ...others] = scenario.nodes
  const nodes = await Promise.all(others.map(async file => readSnapshot(pathOf(file))))
  note(`${scenario.name}: ${scenario.about} (${scenario.provenance})`)
  return showNodes([await readSnapshot(pathOf(first)), ...nodes], options)
}
