import { expect, test } from 'vitest'
import { flowsPage, readResults } from '../flows/page.ts'

test('docs/flows.md says what the kept results say, of every generation', async () => {
  const results = readResults()
  expect([...results.keys()]).toEqual(
    ['bookworm', 'sid', 'trixie'].flatMap(suite => ['legacy', 'nft'].map(kind => `${suite}-${kind}`)),
  )
  await expect(flowsPage(results)).toMatchFileSnapshot('../../docs/flows.md')
})
