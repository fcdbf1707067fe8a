import type { Command, Option } from 'commander'
import { exitCodes } from './exit.ts'
import { writeOut } from './output.ts'

/** What a shell has to know of a command. */
type Completed = {
  /** Empty for the program itself. */
  readonly name: string
  readonly about: string
  readonly options: readonly {
    readonly option: Option
    readonly values: readonly string[] | 'files' | 'directories' | 'any' | 'none'
  }[]
  /** Words of the first argument; `files` for names of files. */
  readonly words: readonly string[] | 'files' | 'none'
}

/** `cnmtop completion SHELL`: made from the definition of the command line. */
export async function completionCommand(program: Command, shell: 'bash' | 'zsh' | 'fish'): Promise<number> {
  const { listings } = await import('./listings.ts')
  const { dockerListings } = await import('./docker-listings.ts')
  const { readScenarios } = await import('./demo.ts')
  const scenarios = await readScenarios()
  const known: Readonly<Record<string, readonly string[]>> = {
    ls: [...Object.keys(listings), ...Object.keys(dockerListings)],
    demo: scenarios.map(({ name }) => name),
  }
  const commands = [program, ...program.commands].map(command =>
    completedOf(command, command === program, known),
  )
  await writeOut(scripts[shell](commands))
  return exitCodes.ok
}

function completedOf(
  command: Command,
  isProgram: boolean,
  known: Readonly<Record<string, readonly string[]>>,
): Completed {
  const [argument] = command.registeredArguments
  const below = isProgram ? [] : command.commands.map(one => one.name())
  const words =
    known[command.name()] ??
    (below.length > 0 ? below : undefined) ??
    argument?.argChoices ??
    (/file|before/.test(argument?.name() ?? '') ? 'files' : 'none')
  return {
    name: isProgram ? '' : command.name(),
    about: command.description(),
    options: (isProgram ? command.options : optionsOf(command)).map(option => ({
      option,
      values: valuesOf(option),
    })),
    words,
  }
}

/** Of a group (`net`) those of all its commands: which of them it is, is not looked at. */
function optionsOf({ options, commands }: Command): readonly Option[] {
  const all = [...options, ...commands.flatMap(command => command.options)]
  return [...new Map(all.map(option => [option.flags, option])).values()]
}

function valuesOf(option: Option): readonly string[] | 'files' | 'directories' | 'any' | 'none' {
  if (option.argChoices) return option.argChoices
  if (/<file>/.test(option.flags)) return 'files'
  if (/<dir>/.test(option.flags)) return 'directories'
  return option.required ? 'any' : 'none'
}

const flagsOf = (option: Option): string[] => [option.short, option.long].filter(flag => flag !== undefined)

const scripts = { bash, zsh, fish } as const

function bash(commands: readonly Completed[]): string {
  const names = commands.filter(({ name }) => name !== '').map(({ name }) => name)
  const values = commands.flatMap(({ name, options }) =>
    options.flatMap(({ option, values: wanted }) => {
      if (wanted === 'none') return []
      const patterns = flagsOf(option).map(flag => `"${name} ${flag}"`)
      const action = Array.isArray(wanted)
        ? `COMPREPLY=($(compgen -W "${wanted.join(' ')}" -- "$cur"))`
        : wanted === 'directories'
          ? 'COMPREPLY=($(compgen -d -- "$cur"))'
          : wanted === 'files'
            ? 'COMPREPLY=($(compgen -f -- "$cur"))'
            : 'COMPREPLY=()'
      return [`    ${patterns.join('|')}) ${action}; return ;;`]
    }),
  )
  const words = commands.map(({ name, options, words: own }) => {
    const flags = options.flatMap(({ option }) => flagsOf(option))
    const others = name === '' ? names : Array.isArray(own) ? own : []
    const files = own === 'files' ? ' COMPREPLY+=($(compgen -f -- "$cur"));' : ''
    return `    "${name}") if [[ $cur == -* ]]; then COMPREPLY=($(compgen -W "${flags.join(' ')} --help" -- "$cur")); else COMPREPLY=($(compgen -W "${others.join(' ')}" -- "$cur"));${files} fi ;;`
  })
  return [
    '# bash completion for cnmtop; made by cnmtop completion bash',
    '_cnmtop() {',
    '  local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD-1]} command= word',
    '  for word in "${COMP_WORDS[@]:1:COMP_CWORD-1}"; do',
    `    case $word in ${names.join('|')}) command=$word; break ;; esac`,
    '  done',
    '  case "$command $prev" in',
    ...values,
    '  esac',
    '  case "$command" in',
    ...words,
    '  esac',
    '}',
    'complete -o filenames -F _cnmtop cnmtop',
    '',
  ].join('\n')
}

function zsh(commands: readonly Completed[]): string {
  const quote = (text: string): string => `'${text.replaceAll("'", String.raw`'\''`)}'`
  const about = (text: string): string => text.replaceAll(/[[\]:\\]/g, String.raw`\$&`)
  const specs = ({ options, words }: Completed): string[] => [
    ...options.flatMap(({ option, values }) =>
      flagsOf(option).map(flag => {
        const action = Array.isArray(values)
          ? `:value:(${values.join(' ')})`
          : values === 'files'
            ? ':file:_files'
            : values === 'directories'
              ? ':directory:_files -/'
              : values === 'any'
                ? ':value: '
                : ''
        return quote(
          `${option.variadic || option.parseArg ? '*' : ''}${flag}[${about(option.description)}]${action}`,
        )
      }),
    ),
    ...(Array.isArray(words)
      ? [quote(`1:word:(${words.join(' ')})`)]
      : words === 'files'
        ? [quote('*:file:_files')]
        : []),
  ]
  const others = commands.filter(({ name }) => name !== '')
  const own = commands.find(({ name }) => name === '')!
  return [
    '#compdef cnmtop',
    '# made by cnmtop completion zsh',
    '_cnmtop() {',
    '  local curcontext=$curcontext state line',
    '  local -a commands=(',
    ...others.map(({ name, about: text }) => `    ${quote(`${name}:${about(text)}`)}`),
    '  )',
    `  _arguments -C ${[...specs(own), quote('1:command:->command'), quote('*::argument:->argument')].join(' \\\n    ')}`,
    '  case $state in',
    "  command) _describe 'command' commands ;;",
    '  argument)',
    '    case $words[1] in',
    ...others.map(command => `    ${command.name}) _arguments ${specs(command).join(' ')} ;;`),
    '    esac ;;',
    '  esac',
    '}',
    'if [ "$funcstack[1]" = _cnmtop ]; then _cnmtop "$@"; else compdef _cnmtop cnmtop; fi',
    '',
  ].join('\n')
}

function fish(commands: readonly Completed[]): string {
  const quote = (text: string): string => `'${text.replaceAll('\\', '\\\\').replaceAll("'", String.raw`\'`)}'`
  const names = commands.filter(({ name }) => name !== '').map(({ name }) => name)
  const none = `not __fish_seen_subcommand_from ${names.join(' ')}`
  const lines = commands.flatMap(({ name, about, options, words }) => {
    const when = name === '' ? none : `__fish_seen_subcommand_from ${name}`
    const start = `complete -c cnmtop -n ${quote(when)}`
    return [
      ...(name === '' ? [] : [`complete -c cnmtop -n ${quote(none)} -f -a ${name} -d ${quote(about)}`]),
      ...options.map(({ option, values }) => {
        const flags = [
          option.short && `-s ${option.short.slice(1)}`,
          option.long && `-l ${option.long.slice(2)}`,
        ]
        const value = Array.isArray(values)
          ? `-x -a ${quote(values.join(' '))}`
          : values === 'directories'
            ? `-x -a ${quote('(__fish_complete_directories)')}`
            : values === 'files'
              ? '-r -F'
              : values === 'any'
                ? '-x'
                : '-f'
        return [start, ...flags.filter(Boolean), value, `-d ${quote(option.description)}`].join(' ')
      }),
      ...(Array.isArray(words) ? [`${start} -f -a ${quote(words.join(' '))}`] : []),
      ...(words === 'files' ? [`${start} -F`] : words === 'none' && name !== '' ? [`${start} -f`] : []),
    ]
  })
  return ['# fish completion for cnmtop; made by cnmtop completion fish', ...lines, ''].join('\n')
}
