import { existsSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'

type Environment = Readonly<Record<string, string | undefined>>

/** Configuration files in their order: a later one wins. `CNMTOP_CONFIG` names the only one. */
export function configFiles(environment: Environment): string[] {
  const named = environment['CNMTOP_CONFIG']
  if (named !== undefined && named !== '') return [named]
  const home = environment['XDG_CONFIG_HOME'] || join(homedir(), '.config')
  return ['/etc/cnmtop/config.toml', join(home, 'cnmtop', 'config.toml')]
}

/** Whether one of them has to be read: without, no parser is loaded. A file that was named has to be there. */
export function hasConfig(environment: Environment): boolean {
  return Boolean(environment['CNMTOP_CONFIG']) || configFiles(environment).some(file => existsSync(file))
}
