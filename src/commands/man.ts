import type { Command, Option } from 'commander'
import { exitCodes, exitMeanings } from './exit.ts'
import { writeOut } from './output.ts'

/** `cnmtop man`: the manual page, in mdoc, made from the definition of the command line. */
export async function manCommand(program: Command): Promise<number> {
  await writeOut(manPage(program))
  return exitCodes.ok
}

/** Text that roff takes as it is. */
function text(words: string): string {
  return words
    .replaceAll('\\', String.raw`\e`)
    .replaceAll('-', String.raw`\-`)
    .replaceAll('…', '...')
    .replaceAll('. ', '.\n')
    .replace(/^([.'])/, String.raw`\&$1`)
}

export function manPage(program: Command): string {
  const commands = leavesOf(program)
  return [
    '.Dd November 28, 2026',
    '.Dt CNMTOP 1',
    '.Os',
    '.Sh NAME',
    '.Nm cnmtop',
    `.Nd ${text(program.description().replace(/\.$/, '').toLowerCase())}`,
    '.Sh SYNOPSIS',
    '.Nm cnmtop',
    '.Op Ar option ...',
    ...commands.flatMap(({ name, command }) => ['.Nm cnmtop', `.Cm ${name}`, ...usage(command)]),
    '.Sh DESCRIPTION',
    '.Nm',
    text(
      'shows every network namespace of a Docker or Docker Swarm node as the kernel has it, in one terminal screen.',
    ),
    text(
      'It changes nothing by looking, starts no process, and never shows what it could not read as empty.',
    ),
    'Without a terminal it prints an overview as text.',
    '.Pp',
    'The options of the screen are:',
    ...optionList(program),
    '.Sh COMMANDS',
    '.Bl -tag -width Ds',
    ...commands.flatMap(({ name, command }) => [
      `.It Cm ${name} ${usage(command)
        .map(macro => macro.replace(/^\./, ''))
        .join(' ')}`.trimEnd(),
      text(`${command.description()}.`),
      ...(command.options.length === 0 ? [] : optionList(command)),
    ]),
    '.El',
    '.Sh ENVIRONMENT',
    '.Bl -tag -width Ds',
    ...environment(program),
    '.El',
    '.Sh FILES',
    '.Bl -tag -width Ds',
    '.It Pa /etc/cnmtop/config.toml',
    '.It Pa ~/.config/cnmtop/config.toml',
    'Settings by the names of their options, and keys.',
    'Flags win over the environment, that over files, and the later file over the earlier.',
    '.Cm print\\-config',
    'and',
    '.Cm print\\-keys',
    'show what can be set.',
    '.El',
    '.Sh EXIT STATUS',
    '.Bl -tag -width Ds',
    ...Object.entries(exitMeanings).flatMap(([code, meaning]) => [`.It ${code}`, text(`${meaning}.`)]),
    '.El',
    '.Sh EXAMPLES',
    'Look at a recorded Swarm, without root and Docker:',
    '.Pp',
    '.Dl cnmtop demo',
    '.Pp',
    'Give a snapshot away:',
    '.Pp',
    '.Dl cnmtop snapshot \\-\\-redact \\-o node1.cnm.json.gz',
    '.Pp',
    'See what publishing a port would do, and do it:',
    '.Pp',
    '.Dl cnmtop service update web \\-\\-publish\\-add 8080:80 \\-\\-dry\\-run',
    '.Dl cnmtop service update web \\-\\-publish\\-add 8080:80 \\-\\-allow\\-actions',
    '.Pp',
    'Look at three nodes as one cluster:',
    '.Pp',
    '.Dl cnmtop open node1.cnm.json.gz node2.cnm.json.gz node3.cnm.json.gz',
    '.Sh SEE ALSO',
    '.Xr docker 1 ,',
    '.Xr ip 8 ,',
    '.Xr ipvsadm 8',
    '',
  ].join('\n')
}

/** Commands that do something: `net create` in place of `net`. */
function leavesOf(program: Command, before = ''): { readonly name: string; readonly command: Command }[] {
  const shown = program.commands.filter(({ _hidden: hidden }: Command & { _hidden?: boolean }) => !hidden)
  return shown.flatMap(command => {
    const name = `${before}${command.name()}`
    return command.commands.length > 0 ? leavesOf(command, `${name} `) : [{ name, command }]
  })
}

function usage(command: Command): string[] {
  const words = command.registeredArguments.map(one => {
    const name = `Ar ${text(one.name())}${one.variadic ? ' ...' : ''}`
    return one.required ? `.${name}` : `.Op ${name}`
  })
  return command.options.length === 0 ? words : ['.Op Ar option ...', ...words]
}

function optionList(command: Command): string[] {
  return ['.Bl -tag -width Ds', ...command.options.flatMap(optionItem), '.El']
}

function optionItem(option: Option): string[] {
  const value = /<([^>]+)>/.exec(option.flags)?.[1]
  const flags = [option.short, option.long].filter(flag => flag !== undefined)
  const names = flags.map(flag => `Fl ${text(flag.slice(1))}`).join(' , ')
  const choices = option.argChoices ? ` One of ${option.argChoices.join(', ')}.` : ''
  return [
    `.It ${names}${value === undefined ? '' : ` Ar ${text(value)}`}`,
    text(`${option.description}.${choices}`),
  ]
}

function environment(program: Command): string[] {
  const variables = new Map<string, string>()
  for (const command of [program, ...leavesOf(program).map(leaf => leaf.command)]) {
    for (const option of command.options) {
      if (option.envVar !== undefined) variables.set(option.envVar, `stands for ${option.long}`)
    }
  }
  const others: readonly (readonly [string, string])[] = [
    ['CNMTOP_ASCII', 'stands for --ascii'],
    ['CNMTOP_CONFIG', 'the only configuration file to read'],
    ['CNMTOP_NO_COLOR', 'stands for --no-color, as NO_COLOR does'],
  ]
  return [...variables, ...others]
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .flatMap(([name, meaning]) => [`.It Ev ${name}`, text(`${meaning}.`)])
}
