import type { Tone } from '../model/span.ts'

export type Theme = {
  readonly tones: Readonly<Record<Tone, Style>>
  /** What a pane's title stands in. */
  readonly rule: string
  /** The same for the pane with the focus. */
  readonly focusRule: string
  readonly isAscii: boolean
}

/** SGR codes that switch a style on. */
export type Style = readonly number[]

/** SGR codes that are not colours. */
export const BOLD = 1
export const FAINT = 2
export const REVERSE = 7

/** The 16 base colours, so that the palette of the terminal rules. */
const colours: Readonly<Record<Tone, Style>> = {
  plain: [],
  dim: [FAINT],
  strong: [BOLD],
  accent: [36],
  ok: [32],
  warn: [33],
  bad: [31],
  unknown: [FAINT],
  key: [BOLD, 36],
  title: [BOLD],
  notice: [REVERSE],
  host: [34],
  ingress: [35],
  'load-balancer': [95],
  overlay: [36],
  container: [32],
}

/** Without colour: bold, faint and reverse stay, and the glyphs say what the colours said. */
const monochrome: Readonly<Record<Tone, Style>> = {
  plain: [],
  dim: [FAINT],
  strong: [BOLD],
  accent: [],
  ok: [],
  warn: [BOLD],
  bad: [BOLD],
  unknown: [FAINT],
  key: [BOLD],
  title: [BOLD],
  notice: [REVERSE],
  host: [],
  ingress: [],
  'load-balancer': [],
  overlay: [],
  container: [],
}

export type ThemeOptions = { readonly color: boolean; readonly ascii: boolean }

export function createTheme({ color, ascii }: ThemeOptions): Theme {
  return {
    tones: color ? colours : monochrome,
    rule: ascii ? '-' : '─',
    focusRule: ascii ? '=' : '━',
    isAscii: ascii,
  }
}

/** No sequences at all: for a pipe or a file. */
export function plainTheme(theme: Theme): Theme {
  const tones = Object.fromEntries(Object.keys(theme.tones).map(tone => [tone, []]))
  return { ...theme, tones: tones as unknown as Theme['tones'] }
}
