import { Argument, Command, InvalidArgumentError, Option } from 'commander'
import { viewNames } from '../ui/model/views/names.ts'
import { sanitise } from '../util/sanitise.ts'
import { hasConfig } from './config-files.ts'
import { exitCodes } from './exit.ts'
import type { LookOptions } from './options.ts'
import { addActions, allowing, readPermission } from './program-actions.ts'
import { isSeconds, secondsWanted } from './seconds.ts'

type RedactOptions = { readonly redact: boolean; readonly redactKey: string }

/**
 * The command line: options, help, completions and manual are all made from this. Every command is imported when it is called: a
 * text command never loads React, a file command never loads koffi.
 *
 * @param finish takes the exit code of the command that ran
 */
export function createProgram(version: string, finish: (code: number) => void): Command {
  const cli = bare()
    .description('Every network namespace of this node, as the kernel has it.')
    .version(version, '--version')
    .helpCommand('help [command]', 'tell more of a command')
    .enablePositionalOptions()
    .hook('preAction', async (_, command) => {
      refuseMisplaced(cli, command)
      if (hasConfig(process.env)) await (await import('./config.ts')).applyConfig(command)
      readPermission(command, process.env)
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

  allowing(displaying(looking(cli))).action(async options =>
    finish(await (await import('./screen.ts')).screenCommand(options)),
  )

  displaying(cli.command('open').description('show snapshots in the same screen; several are one cluster'))
    .argument('<file...>', 'what cnmtop snapshot wrote')
    .action(async (files, options) => finish(await (await import('./open.ts')).openCommand(files, options)))

  displaying(cli.command('demo').description('show a recorded Swarm; needs neither root nor Docker'))
    .argument('[scenario]', 'which one; the first when left out')
    .option('--list', 'tell which there are')
    .action(async (scenario, options) =>
      finish(await (await import('./demo.ts')).demoCommand(scenario, options)),
    )

  looking(cli.command('snapshot').description('write everything that can be seen as JSON'))
    .requiredOption('-o, --output <file>', 'where to; - for stdout, a name in .gz is compressed', fileName)
    .option('--redact', 'pseudonyms for names, addresses, ids, labels, comments and paths')
    .option(
      '--redact-key <file>',
      'the key of the pseudonyms, for several files; made when it is not there',
      fileName,
    )
    .action(async options => finish(await (await import('./snapshot.ts')).snapshotCommand(options)))

  looking(cli.command('ls').description('list one kind of thing of every namespace'))
    .argument(
      '<what>',
      'namespaces, links, addresses, routes, rules, neighbours, fdb, netfilter, ipvs, networks, containers, services, …',
    )
    .option('--json', 'rows as they stand in a snapshot')
    .option('--namespace <name>', 'only this namespace, by name or id')
    .action(async (what, options) => finish(await (await import('./ls.ts')).lsCommand(what, options)))

  looking(cli.command('export').description('draw this node or a cluster, or write a report of it'))
    .argument('[file...]', 'snapshots in place of this node; several are one cluster')
    .addOption(
      new Option('--format <format>', 'Graphviz, Mermaid, SVG, or a report in Markdown')
        .choices(['dot', 'mermaid', 'svg', 'md'])
        .makeOptionMandatory(),
    )
    .option('-o, --output <file>', 'where to; - for stdout', fileName, '-')
    .action(async (files, options) =>
      finish(await (await import('./export.ts')).exportCommand(files, options)),
    )

  asking(
    cli
      .command('trace')
      .description('follow a connection through the node, hop by hop, to delivery or to what is broken'),
  )
    .argument('<target>', 'PORT, ADDRESS:PORT, SERVICE[:PORT] or tasks.SERVICE[:PORT]')
    .option(
      '--from <name>',
      'who connects: host, or a node, container, task, sandbox, or the address of a client outside; else some client there',
    )
    .option(
      '--size <bytes>',
      'of each packet; else a small one, and what becomes of those of full size',
      bytes,
    )
    .addOption(
      new Option('--protocol <protocol>', 'tcp when neither this nor the port tells').choices([
        'tcp',
        'udp',
        'sctp',
        'icmp',
      ]),
    )
    .option(
      '--from-snapshot <file>',
      'read a snapshot instead of this node; several are one cluster',
      collect,
    )
    .addOption(new Option('--json', 'as one JSON document').conflicts(['dot', 'mermaid']))
    .addOption(new Option('--dot', 'as a drawing for Graphviz').conflicts(['mermaid']))
    .option('--mermaid', 'as a flowchart of Mermaid')
    .addOption(
      new Option(
        '--watch',
        'read the counters along the path again and again, and tell which move; Ctrl-C ends it',
      ).conflicts(['fromSnapshot', 'dot', 'mermaid', 'probe']),
    )
    .addOption(
      new Option('--interval <seconds>', 'with --watch: how often; 1 when left out').argParser(seconds),
    )
    .addOption(new Option('--count <n>', 'with --watch: end after so many readings').argParser(positive))
    .addOption(
      new Option(
        '--probe',
        'send one real connection from where the flow starts, and tell whether it went as predicted',
      ).conflicts(['fromSnapshot', 'dot', 'mermaid']),
    )
    .action(async (target, options) =>
      finish(await (await import('./trace.ts')).traceCommand(target, options)),
    )

  cli
    .command('diff')
    .description('what of the network differs between two snapshots, apart from counters')
    .argument('<before>', 'a snapshot')
    .argument('<after>', 'another one: of the same node later, or of another node')
    .option('--json', 'as one JSON document')
    .option('--no-color', 'no colour (also NO_COLOR)')
    .action(async (before, after, options) =>
      finish(await (await import('./diff.ts')).diffCommand([before, after], options)),
    )

  addActions(cli, finish, { looking, asking, seconds })

  allowing(
    displaying(
      looking(cli.command('print-config').description('tell each setting, and where it comes from')),
    ),
  ).action(async (_, command) =>
    finish(await (await import('./print-config.ts')).printConfigCommand(command)),
  )

  displaying(
    cli.command('print-keys').description('tell the keys, in the form of the configuration file'),
  ).action(async options => finish(await (await import('./print-keys.ts')).printKeysCommand(options)))

  cli
    .command('completion')
    .description('print a completion script')
    .addArgument(new Argument('<shell>', 'for which shell').choices(['bash', 'zsh', 'fish']))
    .action(async shell => finish(await (await import('./completion.ts')).completionCommand(cli, shell)))

  cli
    .command('man')
    .description('print the manual page: cnmtop man | man -l -')
    .action(async () => finish(await (await import('./man.ts')).manCommand(cli)))

  return cli
}

/** How all of it speaks: what was typed may come from a paste, and is cleaned like any other text. */
function bare(): Command {
  return new Command('cnmtop')
    .exitOverride()
    .showHelpAfterError('(cnmtop --help tells more)')
    .configureOutput({ outputError: (text, write) => write(text.split('\n').map(sanitise).join('\n')) })
}

/**
 * Refuses a first word that is no command, and says what it may have been meant to be. The screen is what `cnmtop` alone does and
 * takes no words, so that commander itself would speak of too many of them, or of options that only the command meant has.
 *
 * @throws CommanderError after its message is printed
 */
export function refuseUnknownCommand(cli: Command, words: readonly string[]): void {
  const names = [...cli.commands.map(command => command.name()), 'help']
  // An instance of its own: options are taken when they are parsed, and the real one parses them again.
  const [first, second] = createProgram(cli.version() ?? '', () => {}).parseOptions([...words]).operands
  const named = first === 'help' ? second : first
  if (named === undefined || names.includes(named)) return
  const known = bare()
  for (const name of names) known.command(name)
  known.parse([named], { from: 'user' })
}

/** Options of the screen that stand before a command are not that command's: it would do without them, and say nothing. */
function refuseMisplaced(cli: Command, command: Command): void {
  if (command === cli) return
  const typed = cli.options.find(option => cli.getOptionValueSource(option.attributeName()) === 'cli')
  if (!typed) return
  const name = typed.long ?? typed.flags
  const path = command.parent === cli ? [command.name()] : [command.parent?.name(), command.name()]
  const takes = command.options.some(({ long }) => long === name)
  command.error(
    `error: ${name} stands before ${path.join(' ')}, which ${takes ? 'takes it only behind its name' : 'does not take it'}`,
    { exitCode: exitCodes.usage },
  )
}

function displaying(command: Command): Command {
  return command
    .option('--no-color', 'no colour (also NO_COLOR)')
    .addOption(new Option('--view <name>', 'begin with this view').choices(viewNames).env('CNMTOP_VIEW'))
    .option('--ascii', 'no line drawing and no symbols beyond ASCII')
}

function looking(command: Command): Command {
  return asking(command).option('--from-snapshot <file>', 'read a snapshot instead of this node')
}

/** Looking at this node, and its Docker. */
function asking(command: Command): Command {
  return command
    .addOption(
      new Option('--netns-dir <dir>', 'also walk this directory of namespace files; repeatable')
        .argParser(collect)
        .env('CNMTOP_NETNS_DIR'),
    )
    .option('--only-netns-dirs', 'walk only what --netns-dir names: no other directory, no processes')
    .addOption(
      new Option('--timeout <seconds>', 'how long one namespace, or one call of the Docker API, may take')
        .argParser(seconds)
        .env('CNMTOP_TIMEOUT'),
    )
    .addOption(
      new Option(
        '--docker-host <address>',
        'the Docker daemon: unix:///PATH, tcp://HOST:PORT, ssh://USER@HOST',
      ).env('CNMTOP_DOCKER_HOST'),
    )
    .option('--no-docker', 'do not ask the Docker daemon')
}

function collect(value: string, before: string[] = []): string[] {
  return [...before, value]
}

/** Of an IP packet, with its headers. */
function bytes(text: string): number {
  const value = Number(text)
  if (Number.isInteger(value) && value >= 40 && value <= 65_535) return value
  throw new InvalidArgumentError('a number of bytes from 40 to 65535 is needed')
}

function seconds(text: string): number {
  const value = Number(text)
  if (isSeconds(value)) return value
  throw new InvalidArgumentError(`${secondsWanted}, is needed`)
}

function positive(text: string): number {
  if (/^[1-9]\d{0,8}$/.test(text)) return Number(text)
  throw new InvalidArgumentError('a whole number above 0 is needed')
}

function fileName(text: string): string {
  if (text !== '') return text
  throw new InvalidArgumentError('the name of a file is needed, or - for stdout')
}
