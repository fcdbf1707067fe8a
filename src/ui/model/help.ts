import { padEnd, wrap } from '../../util/text.ts'
import { width } from '../../util/width.ts'
import type { Binding } from './keymap.ts'
import { keyLabel } from './keys.ts'
import { emptyLine, type Line, textLine } from './span.ts'

const groups: readonly { readonly title: string; readonly contexts: readonly Binding['context'][] }[] = [
  { title: 'Views', contexts: ['views'] },
  { title: 'Lists', contexts: ['pane'] },
  { title: 'Moving', contexts: ['move'] },
  { title: 'Everywhere', contexts: ['global'] },
  { title: 'While a filter is typed', contexts: ['filter'] },
  { title: 'While something is looked for', contexts: ['palette'] },
  { title: 'In the menu of e', contexts: ['export'] },
  { title: 'In a window like this one', contexts: ['overlay'] },
  { title: 'In the menu of a', contexts: ['menu'] },
  { title: 'In a form', contexts: ['form'] },
  { title: 'Before it is sent', contexts: ['plan'] },
  { title: 'While a name is typed to confirm', contexts: ['word'] },
  { title: 'After it was sent', contexts: ['run'] },
  { title: 'In all of these', contexts: ['dialog'] },
]

/** What can be written to files, and the keys for it. */
export function exportLines(columns: number, table: readonly Binding[]): Line[] {
  const menu = table.filter(({ context }) => context === 'export')
  return [
    ...wrap('Written to the working directory; nothing that is there is replaced.', columns).map(line =>
      textLine(line, 'dim'),
    ),
    emptyLine,
    ...menu.flatMap(({ keys, description }) =>
      wrap(description, Math.max(20, columns - 8)).map((text, line): Line => {
        const key = padEnd(line === 0 ? keys.map(keyLabel).join(' ') : '', 6)
        return { spans: [{ text: `  ${key}`, tone: 'key' }, { text }] }
      }),
    ),
  ]
}

/** The help screen, from the table of keys. */
export function helpLines(columns: number, table: readonly Binding[]): Line[] {
  const keysOf = ({ keys }: Binding): string => keys.map(keyLabel).join(' ')
  const keyColumns = Math.max(...table.map(binding => width(keysOf(binding)))) + 2
  return groups.flatMap(({ title, contexts }, index) => [
    ...(index === 0 ? [] : [emptyLine]),
    textLine(title, 'title'),
    ...table
      .filter(({ context }) => contexts.includes(context))
      .flatMap(binding =>
        wrap(binding.description, Math.max(20, columns - keyColumns - 2)).map((text, line): Line => {
          const key = padEnd(line === 0 ? keysOf(binding) : '', keyColumns)
          return { spans: [{ text: `  ${key}`, tone: 'key' }, { text }] }
        }),
      ),
  ])
}
