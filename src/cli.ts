import { readFileSync } from 'node:fs'
import { CommanderError } from 'commander'
import { CommandError, exitCodes } from './commands/exit.ts'
import { createProgram, refuseUnknownCommand } from './commands/program.ts'
import { errorMessage } from './util/errors.ts'

function version(): string {
  const manifest: unknown = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'))
  return (manifest as { version: string }).version
}

async function main(argv: readonly string[]): Promise<number> {
  let code: number = exitCodes.ok
  try {
    const cli = createProgram(version(), result => {
      code = result
    })
    refuseUnknownCommand(cli, argv.slice(2))
    await cli.parseAsync([...argv])
  } catch (error) {
    // commander has printed its message, or the help or version that was asked for.
    if (error instanceof CommanderError) return error.exitCode === 0 ? exitCodes.ok : exitCodes.usage
    if (!(error instanceof CommandError)) {
      const { reportFault } = await import('./commands/fault.ts')
      return reportFault(error)
    }
    const { note } = await import('./commands/output.ts')
    note(error.message)
    return error.exitCode
  }
  return code
}

// `cnmtop ls … | head` closes the pipe: that ends the command, it is no error.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(exitCodes.ok)
  process.stderr.write(`cnmtop: cannot write the output: ${errorMessage(error)}\n`)
  process.exit(exitCodes.internal)
})
// Talk that nobody reads is no reason to stop working.
process.stderr.on('error', () => {})
process.exitCode = await main(process.argv)
