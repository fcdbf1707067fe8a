import type { Namespace } from '../../snapshot/index.ts'
import { quoted } from '../../util/shell.ts'

/** The command as it is typed on the host: behind nsenter for any other namespace. */
export function inNamespace({ kind, paths, pids }: Namespace, command: string): string {
  if (kind === 'host') return command
  const [path] = paths
  if (path !== undefined) return `nsenter --net=${quoted(path)} ${command}`
  const [pid] = pids
  return pid === undefined ? command : `nsenter -t ${pid} -n ${command}`
}
