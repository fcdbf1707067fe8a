import type { Namespace } from '../../snapshot/index.ts'

/** A word of a shell's command line. Names come from the world: what is not harmless stands in quotes. */
export function quoted(word: string): string {
  return /^[\w./:@%+=,-]+$/.test(word) ? word : `'${word.replaceAll("'", String.raw`'\''`)}'`
}

/** The command as it is typed on the host: behind nsenter for any other namespace. */
export function inNamespace({ kind, paths, pids }: Namespace, command: string): string {
  if (kind === 'host') return command
  const [path] = paths
  if (path !== undefined) return `nsenter --net=${quoted(path)} ${command}`
  const [pid] = pids
  return pid === undefined ? command : `nsenter -t ${pid} -n ${command}`
}
