import { Box } from 'ink'
import type { ReactElement } from 'react'
import type { PaneModel } from '../model/screen.ts'
import { Row } from './row.tsx'
import { paint, paintText } from './paint.ts'
import type { Theme } from './theme.ts'

/** A box with its title in the border. */
export function Pane({ pane, theme }: { readonly pane: PaneModel; readonly theme: Theme }): ReactElement {
  const glyphs = pane.isFocused ? theme.focusBorder : theme.border
  const tone = pane.isFocused ? theme.focusTone : 'dim'
  const border = (text: string): string => paintText(text, tone, theme)
  const left = `${border(glyphs.vertical)} `
  const right = ` ${border(glyphs.vertical)}`
  const rule = glyphs.horizontal.repeat(Math.max(0, pane.columns - pane.titleColumns - 5))
  const top =
    border(`${glyphs.topLeft}${glyphs.horizontal} `) +
    paint({ spans: pane.title }, theme) +
    border(` ${rule}${glyphs.topRight}`)
  const bottom = border(glyphs.bottomLeft + glyphs.horizontal.repeat(pane.columns - 2) + glyphs.bottomRight)
  return (
    <Box flexDirection="column" width={pane.columns} flexShrink={0}>
      <Row text={top} />
      {pane.lines.map((line, index) => (
        // A row of the screen is its place: what it shows comes and goes.
        // oxlint-disable-next-line react/no-array-index-key
        <Row key={index} text={left + paint(line, theme) + right} />
      ))}
      <Row text={bottom} />
    </Box>
  )
}
