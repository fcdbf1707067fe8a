import { type Binding, situations } from './keymap.ts'
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
  const twice = [...doubles(changed, isChanged), ...shadows(changed, isChanged)]
  return { table: changed, problems: [...problems, ...impossible, ...twice] }
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

/** What lies over the lists has keys of its own in front of those of the lists: `q` closes it. There a key may mean another thing. */
const covering: ReadonlySet<string> = new Set(['overlay', 'export'])

/**
 * Keys that a stronger context takes from another one where both hold; told of the binding that was changed. The one that is
 * shadowed would never be reached there.
 */
function shadows(table: readonly Binding[], isChanged: (binding: Binding) => boolean): KeyProblem[] {
  const found = new Map<string, KeyProblem>()
  for (const [situation, contexts] of Object.entries(situations)) {
    if (covering.has(situation)) continue
    const taken = new Map<string, Binding>()
    for (const binding of contexts.flatMap(context => table.filter(one => one.context === context))) {
      for (const key of binding.keys) {
        const stronger = taken.get(key)
        if (!stronger) taken.set(key, binding)
        else if (stronger.context !== binding.context && (isChanged(stronger) || isChanged(binding))) {
          const { context, command } = isChanged(binding) ? binding : stronger
          const message = `${keyLabel(key)} is ${stronger.command} in ${stronger.context}, so it never reaches ${binding.command} in ${binding.context}`
          found.set(message, { context, command, message })
        }
      }
    }
  }
  return [...found.values()]
}
