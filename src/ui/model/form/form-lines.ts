import type { Check } from '../../../actions/plan.ts'
import { sanitise } from '../../../util/sanitise.ts'
import { padEnd, wrap } from '../../../util/text.ts'
import { width } from '../../../util/width.ts'
import { glyphs } from '../sources.ts'
import { emptyLine, type Line, type Span, spansWidth, textLine } from '../span.ts'
import type { Input, Option } from './field.ts'
import { ON } from './field.ts'
import { editAt, type FormState, isWrittenOver } from './form.ts'
import type { Stop } from './stops.ts'
import { charactersOf, type TextEdit } from './text-edit.ts'

/** Columns in front of a field: the mark of the cursor, and room for the rows of a list. */
const MARGIN = 2
const LABEL = 16
const ROW_INDENT = 2

/** The lines of a form, and which of them the cursor is in. */
export type FormLines = { readonly lines: readonly Line[]; readonly focused: number }

/**
 * All stops of a form from top to bottom, each with what is wrong with it below it.
 *
 * @param problems those that are to be told
 */
export function formLines(
  form: FormState,
  stops: readonly Stop[],
  problems: readonly Check[],
  columns: number,
): FormLines {
  const lines: Line[] = []
  let focused = 0
  const chosen = stops.find(({ id }) => id === form.focus) ?? stops[0]
  const buttons = stops.filter(({ kind }) => kind === 'button')
  for (const stop of stops) {
    if (stop.kind === 'button') continue
    if (stop === chosen) focused = lines.length
    lines.push(stopLine(form, stop, stop === chosen, columns))
    for (const { level, text } of problems.filter(({ field }) => field === stop.id))
      lines.push(...problemLines(level, text, columns, MARGIN + LABEL))
  }
  for (const { level, text } of problems.filter(({ field }) => field === undefined))
    lines.push(...problemLines(level, text, columns, MARGIN))
  lines.push(emptyLine)
  if (chosen?.kind === 'button') focused = lines.length
  lines.push({
    spans: [
      { text: ' '.repeat(MARGIN) },
      ...buttons.flatMap(({ id }) => [
        buttonSpan(id === 'plan' ? 'Show the plan' : 'Cancel', id === chosen?.id),
        { text: '  ' },
      ]),
    ],
  })
  return { lines, focused }
}

/** A button: the one that Enter presses is reversed, and stands in other brackets where nothing can be reversed. */
export function buttonSpan(text: string, isChosen: boolean): Span {
  return isChosen ? { text: `[>${text}<]`, tone: 'notice' } : { text: `[ ${text} ]`, tone: 'plain' }
}

function problemLines(level: Check['level'], text: string, columns: number, indent: number): Line[] {
  const isError = level === 'error'
  const glyph = isError ? glyphs.bad : glyphs.warn
  return wrap(sanitise(text), Math.max(20, columns - indent - 3)).map((line, index) => ({
    spans: [
      { text: ' '.repeat(indent) },
      { text: `${index === 0 ? glyph : ' '} ${line}`, tone: isError ? 'bad' : 'warn' },
    ],
  }))
}

function stopLine(form: FormState, stop: Stop, isChosen: boolean, columns: number): Line {
  const mark: Span = isChosen ? { text: '▌ ', tone: 'accent' } : { text: '  ' }
  if (stop.kind === 'add') {
    const { singular } = stop.list
    const text = `+ ${/^[aeiou]/.test(singular) ? 'an' : 'a'} ${singular}`
    return { spans: [mark, { text, tone: isChosen ? 'notice' : 'accent' }] }
  }
  if (stop.kind === 'button') return emptyLine
  const { field, row } = stop
  const inset = row ? ROW_INDENT : 0
  const lead = row ? (row.isFirst ? `${row.index + 1} ` : '  ') : ''
  const label = padEnd(`${lead}${field.label}`, LABEL + inset)
  const room = columns - MARGIN - LABEL - inset
  const note = form.notes[field.path]
  const spans: Span[] = [
    mark,
    { text: label, tone: isChosen ? 'strong' : 'plain' },
    ...(isChosen && isText(field.input) && isWrittenOver(form, field.path)
      ? [{ text: form.values.texts[field.path] ?? '', tone: 'notice' } as const]
      : valueSpans(field.input, editAt(form, field.path), isChosen, room)),
    ...(note === undefined ? [] : [{ text: '  default', tone: 'dim' } as const]),
  ]
  return { spans }
}

function isText({ kind }: Input): boolean {
  return kind === 'text' || kind === 'number'
}

function valueSpans(input: Input, edit: TextEdit, isChosen: boolean, room: number): Span[] {
  switch (input.kind) {
    case 'toggle':
      return [{ text: edit.text === ON ? '[x]' : '[ ]', tone: isChosen ? 'notice' : 'plain' }]
    case 'choice':
      return choiceSpans(input.options, edit.text, isChosen, room)
    case 'text':
    case 'number':
      return edit.text === '' && !isChosen
        ? [{ text: input.placeholder ?? '', tone: 'dim' }]
        : [...textSpans(edit, isChosen, room), ...placeholderSpans(edit, input.placeholder)]
  }
}

function placeholderSpans({ text }: TextEdit, placeholder: string | undefined): Span[] {
  return text === '' && placeholder !== undefined ? [{ text: ` ${placeholder}`, tone: 'dim' }] : []
}

/** All choices beside each other where there is room, else the chosen one with the number of it. */
function choiceSpans(options: readonly Option[], value: string, isChosen: boolean, room: number): Span[] {
  const at = options.findIndex(option => option.value === value)
  const chosen = options[at]
  if (!chosen) {
    // There was nothing when the form was opened; what has come since is for the operator to take.
    const none = options.length === 0 ? 'nothing to choose' : `${options.length} to choose from`
    return [{ text: value === '' ? none : `${sanitise(value)} (gone)`, tone: 'warn' }]
  }
  const label = (option: Option): string => sanitise(option.label)
  const all = options.map(
    (option, index): Span =>
      index === at
        ? { text: `<${label(option)}>`, tone: isChosen ? 'notice' : 'strong' }
        : { text: ` ${label(option)} `, tone: 'dim' },
  )
  if (options.length <= MOST_BESIDE && spansWidth(all) <= room) return all
  return [
    { text: `<${label(chosen)}>`, tone: isChosen ? 'notice' : 'strong' },
    { text: `  ${at + 1} of ${options.length}`, tone: 'dim' },
  ]
}

const MOST_BESIDE = 6

/** A text with the cursor in it; of a long one the part around the cursor. */
function textSpans({ text, cursor }: TextEdit, isChosen: boolean, room: number): Span[] {
  if (!isChosen) return [{ text }]
  const characters = charactersOf(text)
  let from = 0
  const most = Math.max(4, room - 1)
  while (from < cursor && width(characters.slice(from, cursor).join('')) >= most) from++
  const under = characters[cursor] ?? ' '
  return [
    { text: characters.slice(from, cursor).join(''), tone: 'strong' },
    { text: under, tone: 'notice' },
    { text: characters.slice(cursor + 1).join(''), tone: 'strong' },
  ]
}

/** What the chosen field is for, and why it begins as it does. */
export function helpLinesOf(form: FormState, stop: Stop | undefined, columns: number): Line[] {
  if (!stop) return []
  const text =
    stop.kind === 'field'
      ? stop.field.help
      : stop.kind === 'add'
        ? `${stop.list.help} Enter adds one.`
        : stop.id === 'plan'
          ? 'Enter shows what would be sent. Nothing is sent before that is confirmed.'
          : 'Enter closes the form; nothing was sent.'
  const note = stop.kind === 'field' ? form.notes[stop.id] : undefined
  return [
    ...(note === undefined ? [] : wrap(`Default: ${note}.`, columns).map(line => textLine(line, 'accent'))),
    ...wrap(text, columns).map(line => textLine(line, 'dim')),
  ]
}
