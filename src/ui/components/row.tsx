import { Text } from 'ink'
import { memo, type ReactElement } from 'react'

/** One row of the screen: a painted text that is exactly as wide as its place. */
export const Row = memo(function Row({ text }: { readonly text: string }): ReactElement {
  return <Text wrap="truncate-end">{text}</Text>
})
