import type { Binding } from '../ui/model/keymap.ts'
import { keyLabel } from '../ui/model/keys.ts'

const titles: Readonly<Record<Binding['context'], string>> = {
  views: 'Views',
  pane: 'Lists',
  move: 'Moving',
  global: 'Everywhere',
  filter: 'While a filter is typed',
  palette: 'While something is looked for',
  export: 'In the menu of e',
  overlay: 'In a window over the lists',
  menu: 'In the menu of actions',
  form: 'In a form',
  plan: 'In a plan, before it is sent',
  word: 'While a name is typed to confirm a plan',
  run: 'While an action is sent, and after it',
  dialog: 'In all of these',
}

/** docs/keys.md: the table of keys. */
export function keysPage(table: readonly Binding[]): string {
  const contexts = [...new Set(table.map(({ context }) => context))]
  const cell = (text: string): string => text.replaceAll('|', String.raw`\|`)
  const sections = contexts.map(context => {
    const rows = table
      .filter(binding => binding.context === context)
      .map(({ keys, command, description }) => {
        const labels = keys.map(key => `\`${cell(keyLabel(key))}\``).join(' ')
        return `| ${labels} | ${cell(description)} | \`${command}\` |\n`
      })
    return `## ${titles[context]}: \`${context}\`\n\n| key | what it does | command |\n| --- | --- | --- |\n${rows.join('')}`
  })
  return `# Keys

Made from the table of keys by \`node scripts/docs.ts\`. To change them, write a configuration file (\`/etc/cnmtop/config.toml\` or
\`~/.config/cnmtop/config.toml\`) with the context and the command:

\`\`\`toml
[keys.global]
refresh = ["R", "ctrl-r"]
freeze = []
\`\`\`

An empty list takes the keys from a command. \`cnmtop print-keys\` prints all of them in this form. A key that there is not, or that
would be bound twice, is told with file and line.

${sections.join('\n')}`
}
