import { bindingsOf } from './bindings.ts'
import type { KeyConfig } from './config.ts'
import { exitCodes } from './exit.ts'
import { writeOut } from './output.ts'

/** `cnmtop print-keys`: the table of keys as it is now; what is printed can stand in a configuration file. */
export async function printKeysCommand({ keys }: { readonly keys?: KeyConfig }): Promise<number> {
  const table = bindingsOf(keys)
  const contexts = [...new Set(table.map(({ context }) => context))]
  const sections = contexts.map(context => {
    const lines = table
      .filter(binding => binding.context === context)
      .map(({ command, keys: own, description }) => `${command} = ${JSON.stringify(own)}  # ${description}\n`)
    return `[keys.${context}]\n${lines.join('')}`
  })
  await writeOut(sections.join('\n'))
  return exitCodes.ok
}
