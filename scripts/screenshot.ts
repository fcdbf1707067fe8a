/**
 * Draws the README's picture from the real program: `node scripts/screenshot.ts`, as root.
 *
 * It builds cnmtop and a lab node, opens the program in a pseudo terminal, types keys, and writes what the terminal shows.
 *
 * Options: `--out FILE`, `--cols N`, `--rows N`, `--netns-dir DIR` (a directory instead of a new lab node),
 * `--keys TEXT` (each character is one key; by default to the rules of the ingress sandbox), `--until TEXT` (what the screen must
 * show before and after the keys).
 */
import { execFileSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { downNode, upNode } from '../lab/node.ts'
import { screenToSvg } from './screen-svg.ts'
import { openTerminal } from './terminal.ts'

const root = resolve(import.meta.dirname, '..')
const { values: flags } = parseArgs({
  options: {
    out: { type: 'string', default: resolve(root, 'docs/screen.svg') },
    cols: { type: 'string', default: '132' },
    rows: { type: 'string', default: '28' },
    'netns-dir': { type: 'string' },
    keys: { type: 'string', default: 'j]]]]]' },
    until: { type: 'string', default: 'ingress_sbox' },
  },
})

execFileSync(process.execPath, [resolve(root, 'scripts/build.ts'), '--quiet'], { stdio: 'inherit' })
if (flags['netns-dir'] === undefined) {
  const name = `screenshot-${process.pid}`
  try {
    const { directory } = await upNode({ name, sandboxes: 0 })
    await draw(directory)
  } finally {
    await downNode({ name })
  }
} else {
  await draw(flags['netns-dir'])
}

async function draw(netnsDir: string): Promise<void> {
  const program = resolve(root, 'dist/cnmtop.js')
  const terminal = openTerminal(
    [process.execPath, program, '--view', 'namespaces', '--only-netns-dirs', '--netns-dir', netnsDir],
    {
      cols: Number(flags.cols),
      rows: Number(flags.rows),
    },
  )
  try {
    const shown = (rows: readonly string[]): boolean => rows.some(row => row.includes(flags.until))
    await terminal.until(shown)
    for (const key of flags.keys) {
      terminal.type(key)
      await sleep(150)
    }
    // Rates and counts need a second reading.
    await sleep(2_500)
    await terminal.until(shown)
    writeFileSync(flags.out, screenToSvg(terminal.screen, 'cnmtop on a Docker Swarm node'))
    console.log(terminal.text().join('\n'))
  } finally {
    await terminal.close()
  }
}
