import type { Command } from 'commander'
import { configFiles } from './config-files.ts'
import { settings } from './config.ts'
import { exitCodes } from './exit.ts'
import { writeOut } from './output.ts'

/** `cnmtop print-config`: each setting as it is now, and who said so; a comment for those that nobody set. */
export async function printConfigCommand(command: Command): Promise<number> {
  const lines = Object.entries(settings).map(([name, { option, wanted }]) => {
    const value: unknown = command.getOptionValue(option)
    const source = command.getOptionValueSource(option)
    if (value === undefined || source === 'default') return `# ${name} =  # ${wanted}`
    const told = source === 'cli' ? 'a flag' : source === 'env' ? 'the environment' : 'a file'
    return `${name} = ${JSON.stringify(value)}  # by ${told}`
  })
  const files = configFiles(process.env).map(file => `# ${file}\n`)
  await writeOut(
    `# Files, the last one wins:\n${files.join('')}\n${lines.join('\n')}\n\n# Keys: cnmtop print-keys\n`,
  )
  return exitCodes.ok
}
