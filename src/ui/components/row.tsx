import { Box, Text } from 'ink'
import { memo, type ReactElement } from 'react'

/** One row of the screen: a painted text that is at most as wide as its place. */
export const Row = memo(function Row({ text }: { readonly text: string }): ReactElement {
  return (
    <Box height={1} flexShrink={0}>
      <Text wrap="truncate-end">{text}</Text>
    </Box>
  )
})
