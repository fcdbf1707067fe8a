/**
 * Draws the README's picture from the real program: `node scripts/screenshot.ts`.
 *
 * It builds cnmtop, opens the recorded Swarm of `cnmtop demo` in a pseudo terminal, types keys, and writes what the terminal shows.
 *
 * Options: `--out FILE`, `--cols N`, `--rows N`, `--netns-dir DIR` (a directory of this node instead, as root), `--keys TEXT` (each
 * character is one key; by default to the trace of a published port), `--until TEXT` (what the screen must show in the end).
 */
import { execFileSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { screenToSvg } from './screen-svg.ts'
import { openTerminal } from './terminal.ts'

const root = resolve(import.meta.dirname, '..')
const { values: flags } = parseArgs({
  options: {
    out: { type: 'string', default: resolve(root, 'docs/screen.svg') },
    cols: { type: 'string', default: '140' },
    rows: { type: 'string', default: '32' },
    'netns-dir': { type: 'string' },
    keys: { type: 'string', default: '7' },
    until: { type: 'string', default: 'DOCKER-INGRESS' },
  },
})

execFileSync(process.execPath, [resolve(root, 'scripts/build.ts'), '--quiet'], { stdio: 'inherit' })
const directory = flags['netns-dir']
const words = directory === undefined ? ['demo'] : ['--only-netns-dirs', '--netns-dir', directory]
const terminal = openTerminal([process.execPath, resolve(root, 'dist/cnmtop.js'), ...words], {
  cols: Number(flags.cols),
  rows: Number(flags.rows),
})
try {
  await terminal.until(rows => rows.some(row => row.includes('Overview')))
  for (const key of flags.keys) {
    terminal.type(key)
    await sleep(150)
  }
  // Rates and counts need a second reading.
  await sleep(2_500)
  await terminal.until(rows => rows.some(row => row.includes(flags.until)))
  writeFileSync(flags.out, screenToSvg(terminal.screen, 'cnmtop follows a packet through the routing mesh'))
  console.log(terminal.text().join('\n'))
} finally {
  await terminal.close()
}
