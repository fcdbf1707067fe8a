import { Box, Text } from 'ink'
import type { ReactElement } from 'react'

type Props = { readonly text: string; readonly columns: number; readonly rows: number }

/** One plain line in the middle of the screen, cut where the screen ends. */
export function Message({ text, columns, rows }: Props): ReactElement {
  const cut = text.slice(0, Math.max(0, columns))
  const left = ' '.repeat(Math.max(0, Math.floor((columns - cut.length) / 2)))
  return (
    <Box
      flexDirection="column"
      height={Math.max(1, rows)}
      paddingTop={Math.max(0, Math.floor((rows - 1) / 2))}
    >
      <Text wrap="truncate-end">{left + cut}</Text>
    </Box>
  )
}
