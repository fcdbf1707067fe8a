import type { ApiRequest, Plan } from '../../../actions/plan.ts'
import { sanitise } from '../../../util/sanitise.ts'
import { wordsOfLine } from '../../../util/shell.ts'
import { wrap } from '../../../util/text.ts'
import { width } from '../../../util/width.ts'
import { buttonSpan } from '../form/form-lines.ts'
import { glyphs } from '../sources.ts'
import { emptyLine, type Line, type Span, textLine, type Tone } from '../span.ts'
import type { Button, PlanDialog } from './dialog.ts'

/** All that a plan says, in lines of at most `columns`; beside a form without its checks, which stand at the fields there. */
export function planLines(plan: Plan, columns: number, hasChecks = true): Line[] {
  const { command, changes, restarts, undo, checks, requests } = plan
  return [
    ...section('Command', shellLines(command, columns), 'strong'),
    ...(hasChecks ? section('Checks', checkLines(checks, columns)) : []),
    ...section('What changes', bullets(changes.length > 0 ? changes : ['Nothing.'], columns)),
    ...section(
      'What restarts',
      bullets(
        restarts.length > 0 ? restarts : ['Nothing restarts.'],
        columns,
        restarts.length > 0 ? 'warn' : 'plain',
      ),
    ),
    ...section('Undo', bullets([undo.text], columns)),
    ...requests.flatMap((request, index) =>
      section(
        requests.length > 1 ? `Request ${index + 1} of ${requests.length}` : 'Request',
        requestLines(request, columns),
      ),
    ),
  ]
}

function section(title: string, lines: readonly Line[], tone?: Tone): Line[] {
  const body = lines.map(
    (line): Line => ({
      spans: [
        { text: '  ' },
        ...line.spans.map(span => (tone === undefined || span.tone !== undefined ? span : { ...span, tone })),
      ],
    }),
  )
  return [textLine(title, 'title'), ...body, emptyLine]
}

/** A long command goes on behind backslashes, between its words, so that what is marked by hand can be pasted as well. */
function shellLines(command: string, columns: number): Line[] {
  const room = Math.max(20, columns - 6)
  const rows: string[] = []
  for (const word of wordsOfLine(command).map(sanitise)) {
    const last = rows.at(-1)
    if (last !== undefined && width(`${last} ${word}`) <= room) rows[rows.length - 1] = `${last} ${word}`
    else rows.push(word)
  }
  return rows.flatMap((row, index) => {
    const more = index < rows.length - 1 ? ' \\' : ''
    // A word that is longer than a line has nowhere to be broken: c copies it whole.
    const pieces = wrap(row, room)
    return pieces.map((piece, at) =>
      textLine(`${index + at === 0 ? '' : '  '}${piece}${at === pieces.length - 1 ? more : ''}`),
    )
  })
}

function checkLines(checks: Plan['checks'], columns: number): Line[] {
  if (checks.length === 0) return [textLine(`${glyphs.ok} Nothing speaks against it.`, 'ok')]
  return checks.flatMap(({ level, text, field }) => {
    const isError = level === 'error'
    const where = field === undefined ? '' : `${field}: `
    return wrap(sanitise(where + text), Math.max(20, columns - 6)).map((line, index) =>
      textLine(`${index > 0 ? ' ' : isError ? glyphs.bad : glyphs.warn} ${line}`, isError ? 'bad' : 'warn'),
    )
  })
}

function bullets(texts: readonly string[], columns: number, tone: Tone = 'plain'): Line[] {
  return texts.flatMap(text =>
    wrap(sanitise(text), Math.max(20, columns - 6)).map((line, index) =>
      textLine(`${index === 0 ? '-' : ' '} ${line}`, tone),
    ),
  )
}

/** A request as it goes over the wire, its body as JSON. */
export function requestLines({ method, path, query, body }: ApiRequest, columns: number): Line[] {
  const words = Object.entries(query).map(([name, value]) => `${name}=${value}`)
  const target = `${method} ${path}${words.length === 0 ? '' : `?${words.join('&')}`}`
  return [
    ...wrap(sanitise(target), Math.max(20, columns - 4)).map(line => textLine(line, 'accent')),
    ...jsonTextLines(body, columns),
  ]
}

/** A value as JSON; undefined has no lines. */
export function jsonTextLines(value: unknown, columns: number): Line[] {
  if (value === undefined || value === null) return []
  return JSON.stringify(value, null, 2)
    .split('\n')
    .flatMap(line => {
      const indent = line.length - line.trimStart().length
      return wrap(sanitise(line.trimStart()), Math.max(20, columns - 4 - indent)).map(part =>
        textLine(' '.repeat(indent) + part),
      )
    })
}

/** Whether the plan itself lets it be sent; what the operator is allowed is another question. */
export function isSendable({ checks }: Plan): boolean {
  return checks.every(({ level }) => level !== 'error')
}

/** Whether the name is typed that a severe one asks for. */
export function isWordRight({ plan, word }: PlanDialog): boolean {
  return plan.severity !== 'severe' || word.text === plan.confirmWord
}

/** Why a plan cannot be confirmed; undefined when it can. */
export function whyNoConfirmation(
  { plan, reading }: PlanDialog,
  whyNotSent: string | undefined,
): string | undefined {
  if (whyNotSent !== undefined) return whyNotSent
  if (!isSendable(plan)) return 'an error above stands against it'
  if (reading === true) return 'the daemon is asked how things are now …'
  return reading === false ? undefined : reading
}

/** The buttons that there are: where nothing can be confirmed, the way back alone. */
export function buttonsOf(dialog: PlanDialog, whyNotSent: string | undefined): Button[] {
  if (whyNoConfirmation(dialog, whyNotSent) !== undefined) return ['cancel']
  return dialog.plan.severity === 'severe' ? ['cancel', 'word', 'do'] : ['cancel', 'do']
}

/** The last lines of a plan: what it asks for, and its buttons. */
export function confirmLines(
  dialog: PlanDialog,
  whyNotSent: string | undefined,
  now: number,
  columns: number,
): Line[] {
  const { focus } = dialog
  const buttons = buttonsOf(dialog, whyNotSent)
  const why = whyNoConfirmation(dialog, whyNotSent)
  const said: Line[] =
    why === undefined
      ? severityLines(dialog, columns)
      : wrap(sanitise(`Not sent: ${why}.`), columns)
          .slice(0, 2)
          .map(line => textLine(line, 'warn'))
  const spans: Span[] = [buttonSpan(buttons.length === 1 ? 'Back' : 'Cancel', focus === 'cancel')]
  if (buttons.includes('do')) spans.push({ text: '  ' }, doSpan(dialog, now))
  return [emptyLine, ...said, { spans }]
}

/** Until it is armed, and while the name is not typed, the button has no brackets. */
function doSpan(dialog: PlanDialog, now: number): Span {
  const isChosen = dialog.focus === 'do'
  if (!isWordRight(dialog)) return { text: '  Do it  ', tone: isChosen ? 'notice' : 'dim' }
  if (isChosen && now < dialog.armedAt) return { text: '  Do it  ', tone: 'notice' }
  return buttonSpan('Do it', isChosen)
}

function severityLines({ plan, focus, word }: PlanDialog, columns: number): Line[] {
  const { severity, restarts, confirmWord } = plan
  switch (severity) {
    case 'mild':
      return [textLine('Nothing is lost by it.', 'dim')]
    case 'moderate':
      return wrap(sanitise(restarts[0] ?? 'It changes what is reachable, and can be taken back.'), columns)
        .slice(0, 2)
        .map(line => textLine(line, 'warn'))
    case 'severe':
      return wordLines(confirmWord, word.text, focus === 'word', columns)
  }
}

/** What has to be typed, and what was; below it where there is no room beside it. */
function wordLines(wanted: string, typed: string, isChosen: boolean, columns: number): Line[] {
  const label = `Type ${sanitise(wanted)} to confirm: `
  const cursor: Span[] = isChosen ? [{ text: ' ', tone: 'notice' }] : []
  const shown = sanitise(typed)
  if (width(label) + width(sanitise(wanted)) < columns) {
    return [{ spans: [{ text: label, tone: 'bad' }, { text: shown, tone: 'strong' }, ...cursor] }]
  }
  // Of a long one its end, where the cursor is.
  const pieces = wrap(shown.replaceAll(' ', '\u00a0'), Math.max(20, columns - 1))
  return [
    ...wrap(label.trimEnd(), columns).map(line => textLine(line, 'bad')),
    { spans: [{ text: pieces.at(-1) ?? '', tone: 'strong' }, ...cursor] },
  ]
}
