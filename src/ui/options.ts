import type { ThemeOptions } from './components/theme.ts'

type Environment = Readonly<Record<string, string | undefined>>

export type DisplayFlags = { readonly color?: boolean | undefined; readonly ascii?: boolean | undefined }

/**
 * Whether to use colour, and glyphs beyond ASCII. Flags win over the environment: `NO_COLOR`, `CNMTOP_NO_COLOR`,
 * `CLICOLOR=0` and `TERM=dumb` switch colour off, `FORCE_COLOR` and `CLICOLOR_FORCE` on where there is no terminal;
 * `CNMTOP_ASCII`, or a locale that is set and is not UTF-8, asks for ASCII.
 *
 * @param isTty whether the output is a terminal
 */
export function displayOptions(flags: DisplayFlags, environment: Environment, isTty: boolean): ThemeOptions {
  return {
    color: flags.color ?? wantsColor(environment, isTty),
    ascii: flags.ascii ?? (isSet(environment['CNMTOP_ASCII']) || hasNarrowLocale(environment)),
  }
}

function wantsColor(environment: Environment, isTty: boolean): boolean {
  if (isSet(environment['CNMTOP_NO_COLOR']) || isSet(environment['NO_COLOR'])) return false
  if (isForced(environment['FORCE_COLOR']) || isForced(environment['CLICOLOR_FORCE'])) return true
  return isTty && environment['CLICOLOR'] !== '0' && environment['TERM'] !== 'dumb'
}

function isSet(value: string | undefined): boolean {
  return value !== undefined && value !== ''
}

function isForced(value: string | undefined): boolean {
  return isSet(value) && value !== '0' && value !== 'false'
}

function hasNarrowLocale(environment: Environment): boolean {
  const locale = [environment['LC_ALL'], environment['LC_CTYPE'], environment['LANG']].find(isSet)
  return locale !== undefined && !/utf-?8/i.test(locale)
}
