import type { Binding } from './keymap.ts'
import { isKeyName, keyLabel, type KeyName } from './keys.ts'

/** Keys by command, by context: `{ global: { refresh: ['r', 'f5'] } }`. */
export type KeyChanges = Readonly<Record<string, Readonly<Record<string, readonly KeyName[]>>>>

/** Something wrong with changed keys, and where: the context, and the command in it. */
export type KeyProblem = { readonly context: string; readonly command?: string; readonly message: string }

/** The table with other keys. An empty list takes all keys from a command. A table with problems is not to be used. */
export function rebind(
  table: readonly Binding[],
  changes: KeyChanges,
): { readonly table: readonly Binding[]; readonly problems: readonly KeyProblem[] } {
  const problems: KeyProblem[] = []
  const isChanged = (binding: Binding): boolean =>
    Object.hasOwn(changes[binding.context] ?? {}, binding.command)
  for (const [context, commands] of Object.entries(changes)) {
    const there = table.filter(binding => binding.context === context)
    if (there.length === 0) {
      const known = [...new Set(table.map(binding => binding.context))].join(', ')
      problems.push({ context, message: `there is no context '${context}'; known: ${known}` })
      continue
    }
    for (const command of Object.keys(commands)) {
      if (!there.some(binding => binding.command === command)) {
        const known = there.map(binding => binding.command).join(', ')
        problems.push({
          context,
          command,
          message: `there is no command '${command}' in ${context}; known: ${known}`,
        })
      }
    }
  }
  const changed = table.map(binding =>
    isChanged(binding) ? { ...binding, keys: changes[binding.context]![binding.command]! } : binding,
  )
  const impossible = changed.flatMap(({ context, command, keys }) =>
    keys
      .filter(key => !isKeyName(key))
      .map((key): KeyProblem => ({ context, command, message: `there is no key '${key}'` })),
  )
  return { table: changed, problems: [...problems, ...impossible, ...doubles(changed, isChanged)] }
}

/** Keys that are bound twice in a context; told of the binding that was changed. */
function doubles(table: readonly Binding[], isChanged: (binding: Binding) => boolean): KeyProblem[] {
  const taken = new Map<string, Binding>()
  return table.flatMap(binding =>
    binding.keys.flatMap((key): KeyProblem[] => {
      const before = taken.get(`${binding.context} ${key}`)
      taken.set(`${binding.context} ${key}`, binding)
      if (!before) return []
      const { context, command } = isChanged(binding) ? binding : before
      const message = `${keyLabel(key)} is bound twice in ${context}: ${before.command} and ${binding.command}`
      return [{ context, command, message }]
    }),
  )
}
