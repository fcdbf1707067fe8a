import { Box } from 'ink'
import type { ReactElement } from 'react'
import type { PaneModel } from '../model/panes.ts'
import { paint, paintText } from './paint.ts'
import { Row } from './row.tsx'
import type { Theme } from './theme.ts'

/**
 * A title in a rule, and lines below it. There are no rules at the sides: measuring a row of plain ASCII is many times
 * cheaper for Ink than one with a single line-drawing character in it.
 */
export function Pane({ pane, theme }: { readonly pane: PaneModel; readonly theme: Theme }): ReactElement {
  const glyph = pane.isFocused ? theme.focusRule : theme.rule
  const rule = (columns: number): string =>
    paintText(glyph.repeat(Math.max(0, columns)), pane.isFocused ? 'accent' : 'dim', theme)
  const title = `${rule(2)} ${paint({ spans: pane.title }, theme)} ${rule(pane.columns - pane.titleColumns - 4)}`
  return (
    <Box flexDirection="column" width={pane.outerColumns} flexShrink={0}>
      <Row text={title} />
      {pane.lines.map((line, index) => (
        // A row of the screen is its place: what it shows comes and goes.
        // oxlint-disable-next-line react/no-array-index-key
        <Row key={index} text={paint(line, theme)} />
      ))}
    </Box>
  )
}
