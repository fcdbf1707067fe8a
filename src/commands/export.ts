import { dockerParts } from '../collectors/docker/ask.ts'
import { buildGraph } from '../graph/build.ts'
import type { Graph } from '../graph/model.ts'
import { saveText } from '../snapshot/file.ts'
import type { Snapshot } from '../snapshot/index.ts'
import { errorMessage } from '../util/errors.ts'
import { CommandError, exitCodes } from './exit.ts'
import { type LookOptions, look, readSnapshot } from './options.ts'
import { note, writeOut } from './output.ts'
import { shortcomings } from './shortcomings.ts'

/** Loaded when it is asked for. */
const formats: Readonly<Record<string, () => Promise<(graph: Graph, nodes: readonly Snapshot[]) => string>>> =
  {
    dot: async () => (await import('../export/dot.ts')).exportDot,
    mermaid: async () => (await import('../export/mermaid.ts')).exportMermaid,
    svg: async () => (await import('../export/svg.ts')).exportSvg,
    md: async () => (await import('../export/markdown.ts')).exportMarkdown,
  }

export type ExportOptions = LookOptions & {
  readonly format: string
  /** A file's path, `-` for stdout. */
  readonly output: string
}

/** `cnmtop export --format F [FILE...]`: this node, or the cluster that snapshots make, as a drawing or a report. */
export async function exportCommand(files: readonly string[], options: ExportOptions): Promise<number> {
  const nodes =
    files.length > 0
      ? await Promise.all(files.map(readSnapshot))
      : [await look(options, { docker: dockerParts })]
  const format = await formats[options.format]!()
  const text = format(buildGraph(nodes), nodes)
  if (options.output === '-') await writeOut(text)
  else {
    await saveText(options.output, text).catch((error: unknown) => {
      throw new CommandError(exitCodes.internal, `cannot write ${options.output}: ${errorMessage(error)}`)
    })
  }
  for (const node of nodes) for (const sentence of shortcomings(node)) note(sentence)
  return exitCodes.ok
}
