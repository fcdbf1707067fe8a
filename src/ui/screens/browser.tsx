import { Box } from 'ink'
import type { ReactElement } from 'react'
import { Message } from '../components/message.tsx'
import { Pane } from '../components/pane.tsx'
import { Row } from '../components/row.tsx'
import { paint } from '../components/paint.ts'
import type { Theme } from '../components/theme.ts'
import type { ScreenModel } from '../model/screen.ts'

/** A view: header, breadcrumbs, one or two panes, footer. */
export function Browser({
  screen,
  theme,
}: {
  readonly screen: ScreenModel
  readonly theme: Theme
}): ReactElement {
  if (screen.kind === 'message') {
    return <Message text={screen.text} columns={screen.columns} rows={screen.rows} />
  }
  return (
    <Box flexDirection="column">
      <Row text={paint(screen.header, theme)} />
      <Row text={paint(screen.crumbs, theme)} />
      <Box>
        {screen.panes.map(pane => (
          <Pane key={pane.id} pane={pane} theme={theme} />
        ))}
      </Box>
      <Row text={paint(screen.footer, theme)} />
    </Box>
  )
}
