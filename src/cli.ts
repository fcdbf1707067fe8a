import { readFileSync } from 'node:fs'
import { Command, CommanderError, InvalidArgumentError, Option } from 'commander'
import { CommandError, exitCodes } from './commands/exit.ts'
import type { LookOptions } from './commands/options.ts'

type RedactOptions = { readonly redact: boolean; readonly redactKey: string }

/** Every command is imported when it is called: a text command never loads React, a file command never loads koffi. */
function program(finish: (code: number) => void): Command {
  const cli = new Command('cnmtop')
    .description('Every network namespace of this node, as the kernel has it.')
    .version(version(), '--version')
    .enablePositionalOptions()
    .exitOverride()
    .showHelpAfterError('(cnmtop --help tells more)')
    .hook('preAction', (_, command) => {
      const { onlyNetnsDirs, netnsDir, redact, redactKey } = command.opts<
        LookOptions & Partial<RedactOptions>
      >()
      if (redactKey !== undefined && !redact) {
        command.error('error: --redact-key needs --redact', { exitCode: exitCodes.usage })
      }
      if (onlyNetnsDirs && !netnsDir) {
        command.error('error: --only-netns-dirs needs at least one --netns-dir', {
          exitCode: exitCodes.usage,
        })
      }
    })

  displaying(looking(cli)).action(async options =>
    finish(await (await import('./commands/screen.ts')).screenCommand(options)),
  )

  displaying(cli.command('open').description('show snapshots in the same screen; several are one cluster'))
    .argument('<file...>', 'what cnmtop snapshot wrote')
    .action(async (files, options) =>
      finish(await (await import('./commands/open.ts')).openCommand(files, options)),
    )

  displaying(cli.command('demo').description('show a recorded Swarm; needs neither root nor Docker'))
    .argument('[scenario]', 'which one; the first when left out')
    .option('--list', 'tell which there are')
    .action(async (scenario, options) =>
      finish(await (await import('./commands/demo.ts')).demoCommand(scenario, options)),
    )

  looking(cli.command('snapshot').description('write everything that can be seen as JSON'))
    .requiredOption('-o, --output <file>', 'where to; - for stdout, a name in .gz is compressed', fileName)
    .option('--redact', 'pseudonyms for names, addresses, ids, labels, comments and paths')
    .option(
      '--redact-key <file>',
      'the key of the pseudonyms, for several files; made when it is not there',
      fileName,
    )
    .action(async options => finish(await (await import('./commands/snapshot.ts')).snapshotCommand(options)))

  looking(cli.command('ls').description('list one kind of thing of every namespace'))
    .argument(
      '<what>',
      'namespaces, links, addresses, routes, rules, neighbours, fdb, netfilter, ipvs, networks, containers, services, …',
    )
    .option('--json', 'rows as they stand in a snapshot')
    .option('--namespace <name>', 'only this namespace, by name or id')
    .action(async (what, options) =>
      finish(await (await import('./commands/ls.ts')).lsCommand(what, options)),
    )

  looking(cli.command('export').description('draw this node or a cluster, or write a report of it'))
    .argument('[file...]', 'snapshots in place of this node; several are one cluster')
    .addOption(
      new Option('--format <format>', 'Graphviz, Mermaid, SVG, or a report in Markdown')
        .choices(['dot', 'mermaid', 'svg', 'md'])
        .makeOptionMandatory(),
    )
    .option('-o, --output <file>', 'where to; - for stdout', fileName, '-')
    .action(async (files, options) =>
      finish(await (await import('./commands/export.ts')).exportCommand(files, options)),
    )

  cli
    .command('diff')
    .description('what of the network differs between two snapshots, apart from counters')
    .argument('<before>', 'a snapshot')
    .argument('<after>', 'another one: of the same node later, or of another node')
    .option('--json', 'as one JSON document')
    .option('--no-color', 'no colour (also NO_COLOR)')
    .action(async (before, after, options) =>
      finish(await (await import('./commands/diff.ts')).diffCommand([before, after], options)),
    )

  return cli
}

function displaying(command: Command): Command {
  return command
    .option('--no-color', 'no colour (also NO_COLOR)')
    .option('--view <name>', 'begin with this view: overview, networks, sandboxes, …, namespaces')
    .option('--ascii', 'no line drawing and no symbols beyond ASCII')
}

function looking(command: Command): Command {
  return command
    .option('--netns-dir <dir>', 'also walk this directory of namespace files; repeatable', collect)
    .option('--only-netns-dirs', 'walk only what --netns-dir names: no other directory, no processes')
    .option('--from-snapshot <file>', 'read a snapshot instead of this node')
    .option('--timeout <seconds>', 'how long one namespace, or one call of the Docker API, may take', seconds)
    .option('--docker-host <address>', 'the Docker daemon: unix:///PATH, tcp://HOST:PORT, ssh://USER@HOST')
    .option('--no-docker', 'do not ask the Docker daemon')
}

function collect(value: string, before: string[] = []): string[] {
  return [...before, value]
}

function seconds(text: string): number {
  const value = Number(text)
  if (Number.isFinite(value) && value > 0) return value
  throw new InvalidArgumentError('a number of seconds above 0 is needed')
}

function fileName(text: string): string {
  if (text !== '') return text
  throw new InvalidArgumentError('the name of a file is needed, or - for stdout')
}

function version(): string {
  const manifest: unknown = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'))
  return (manifest as { version: string }).version
}

async function main(argv: readonly string[]): Promise<number> {
  let code: number = exitCodes.ok
  try {
    await program(result => {
      code = result
    }).parseAsync([...argv])
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
  process.stderr.write(`cnmtop: cannot write the output: ${error.message}\n`)
  process.exit(exitCodes.internal)
})
// Talk that nobody reads is no reason to stop working.
process.stderr.on('error', () => {})
process.exitCode = await main(process.argv)
