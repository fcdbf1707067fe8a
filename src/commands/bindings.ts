import { type Binding, bindings } from '../ui/model/keymap.ts'
import { rebind } from '../ui/model/rebind.ts'
import type { KeyConfig } from './config.ts'
import { CommandError, exitCodes } from './exit.ts'

/** The keys as the configuration has them. @throws CommandError that names file and line of each key that does not fit */
export function bindingsOf(keys: KeyConfig | undefined): readonly Binding[] {
  if (!keys) return bindings
  const { table, problems } = rebind(bindings, keys.changes)
  if (problems.length === 0) return table
  const lines = problems.map(({ context, command, message }) => `${keys.where(context, command)}: ${message}`)
  throw new CommandError(exitCodes.usage, lines.join('; '))
}
