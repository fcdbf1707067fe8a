/** `lab/guest/build`: makes what a guest boots from, and says where it is. `lab/guest/run` does the same on its own. */
import { LabError } from '../run.ts'
import { kernel } from './kernel.ts'
import { rootTree } from './root-tree.ts'
import { defaultSuite, isSuite, suites } from './suites.ts'

const names = process.argv.length > 2 ? process.argv.slice(2) : [defaultSuite]
const unknown = names.filter(name => !isSuite(name))
if (unknown.length > 0) {
  console.error(
    `usage: lab/guest/build [SUITE...]; there is no ${unknown.join(', ')}, but ${Object.keys(suites).join(', ')}`,
  )
  process.exit(2)
}
try {
  console.log(await kernel())
  for (const suite of names.filter(isSuite)) console.log(await rootTree(suite))
} catch (error) {
  if (!(error instanceof LabError)) throw error
  console.error(`lab/guest/build: ${error.message}`)
  process.exitCode = 125
}
