import { readFile } from 'node:fs/promises'
import type { Command } from 'commander'
import { parse, TomlError } from 'smol-toml'
import type { KeyChanges } from '../ui/model/rebind.ts'
import { viewNames } from '../ui/model/views/names.ts'
import { errorMessage } from '../util/errors.ts'
import { configFiles } from './config-files.ts'
import { CommandError, exitCodes } from './exit.ts'
import { isSeconds, secondsWanted } from './seconds.ts'

/** Keys that a configuration changes, and the line of each. */
export type KeyConfig = {
  readonly changes: KeyChanges
  /** `/etc/cnmtop/config.toml:12`, for a context, or a command in it. */
  readonly where: (context: string, command?: string) => string
}

type Setting = {
  readonly option: string
  readonly isValid: (value: unknown) => boolean
  readonly wanted: string
}

const text = (value: unknown): boolean => typeof value === 'string' && value !== ''
const switchValue = (value: unknown): boolean => typeof value === 'boolean'

/** What a file may set, and the option that it stands for. */
export const settings: Readonly<Record<string, Setting>> = {
  timeout: {
    option: 'timeout',
    isValid: isSeconds,
    wanted: secondsWanted,
  },
  'netns-dir': {
    option: 'netnsDir',
    isValid: value => Array.isArray(value) && value.every(text),
    wanted: 'a list of directories',
  },
  'docker-host': { option: 'dockerHost', isValid: text, wanted: 'an address' },
  docker: { option: 'docker', isValid: switchValue, wanted: 'true or false' },
  'allow-actions': { option: 'allowActions', isValid: switchValue, wanted: 'true or false' },
  color: { option: 'color', isValid: switchValue, wanted: 'true or false' },
  ascii: { option: 'ascii', isValid: switchValue, wanted: 'true or false' },
  view: {
    option: 'view',
    isValid: value => viewNames.some(name => name === value),
    wanted: `one of ${viewNames.join(', ')}`,
  },
}

/**
 * Gives a command what the configuration files say, wherever neither a flag nor the environment said something.
 *
 * @throws CommandError with file and line
 */
export async function applyConfig(command: Command): Promise<void> {
  const known = new Set(command.options.map(option => option.attributeName()))
  for (const file of configFiles(process.env)) {
    const content = await readConfig(file)
    if (content === undefined) continue
    const table = parseConfig(content, file)
    for (const [name, value] of Object.entries(table)) {
      if (name === 'keys') {
        takeKeys(command, value, content, file)
        continue
      }
      const setting = Object.hasOwn(settings, name) ? settings[name] : undefined
      const at = `${file}:${lineOf(content, [name])}`
      if (!setting)
        fail(`${at}: there is no setting '${name}'; known: ${Object.keys(settings).join(', ')}, keys`)
      if (!setting.isValid(value)) fail(`${at}: ${name} must be ${setting.wanted}`)
      const source = command.getOptionValueSource(setting.option)
      if (known.has(setting.option) && source !== 'cli' && source !== 'env') {
        command.setOptionValueWithSource(setting.option, value, 'config')
      }
    }
  }
}

async function readConfig(file: string): Promise<string | undefined> {
  try {
    return await readFile(file, 'utf8')
  } catch (error) {
    const isAbsent = (error as NodeJS.ErrnoException).code === 'ENOENT'
    if (isAbsent && file !== process.env['CNMTOP_CONFIG']) return undefined
    return fail(`cannot read the configuration ${file}: ${errorMessage(error)}`)
  }
}

function parseConfig(content: string, file: string): Readonly<Record<string, unknown>> {
  try {
    return parse(content)
  } catch (error) {
    if (!(error instanceof TomlError)) throw error
    const [first = ''] = error.message.split('\n')
    return fail(`${file}:${error.line}: ${first.replace(/^Invalid TOML document: /, '')}`)
  }
}

/** `[keys.global]` and in it `refresh = ["r", "f5"]`; the keys of the files before stay where this one says nothing. */
function takeKeys(command: Command, value: unknown, content: string, file: string): void {
  const at = (path: readonly string[]): string => `${file}:${lineOf(content, path)}`
  if (!isTable(value)) fail(`${at(['keys'])}: keys is a table: [keys.global]`)
  for (const [context, commands] of Object.entries(value)) {
    if (!isTable(commands)) fail(`${at(['keys', context])}: keys.${context} is a table: [keys.${context}]`)
    for (const [name, keys] of Object.entries(commands)) {
      const isList = Array.isArray(keys) && keys.every(key => typeof key === 'string')
      if (!isList) fail(`${at(['keys', context, name])}: ${name} must be a list of keys: ["r", "ctrl-r"]`)
    }
  }
  const changes = value as KeyChanges
  const before = command.getOptionValue('keys') as KeyConfig | undefined
  const contexts = [...new Set([...Object.keys(before?.changes ?? {}), ...Object.keys(changes)])]
  const merged: KeyConfig = {
    changes: Object.fromEntries(
      contexts.map(context => [context, { ...before?.changes[context], ...changes[context] }]),
    ),
    where(context, name) {
      const isHere = name === undefined ? context in changes : Object.hasOwn(changes[context] ?? {}, name)
      if (!isHere && before) return before.where(context, name)
      return at(name === undefined ? ['keys', context] : ['keys', context, name])
    },
  }
  command.setOptionValueWithSource('keys', merged, 'config')
}

function isTable(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** The line of a key, by the tables around it, counted from 1; that of its table when it is written in another way. */
function lineOf(content: string, path: readonly string[]): number {
  const wanted = path.join('.')
  let table: string[] = []
  let nearest = 1
  for (const [index, line] of content.split('\n').entries()) {
    const header = /^\s*\[([^\]]+)\]/.exec(line)
    const key = /^\s*([\w."'-]+)\s*=/.exec(line)
    if (header) table = words(header[1]!)
    const here = (header ? table : key ? [...table, ...words(key[1]!)] : []).join('.')
    if (here === wanted) return index + 1
    if (here !== '' && wanted.startsWith(`${here}.`)) nearest = index + 1
  }
  return nearest
}

function words(dotted: string): string[] {
  return dotted.split('.').map(word => word.trim().replaceAll(/^["']|["']$/g, ''))
}

function fail(message: string): never {
  throw new CommandError(exitCodes.usage, message)
}
