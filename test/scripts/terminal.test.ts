import { describe, expect, it } from 'vitest'
import { openTerminal } from '../../scripts/terminal.ts'

const size = { cols: 40, rows: 5 }

describe('a program in a pseudo terminal', () => {
  it('is seen, typed to and resized', async () => {
    const echo = `process.stdin.setRawMode(true); console.log('size', process.stdout.columns);
      process.on('SIGWINCH', () => console.log('now', process.stdout.columns));
      process.stdin.on('data', keys => { console.log('typed', String(keys)); if (String(keys) === 'q') process.exit(7) })`
    const terminal = openTerminal([process.execPath, '-e', echo], size)
    try {
      await terminal.until(rows => rows.includes('size 40'))
      terminal.type('x')
      await terminal.until(rows => rows.includes('typed x'))
      terminal.resize(50, 6)
      await terminal.until(rows => rows.includes('now 50'))
      terminal.type('q')
      expect(await terminal.exited).toEqual({ code: 7, signal: undefined })
      expect(terminal.text()).toContain('typed q')
    } finally {
      await terminal.close()
    }
  })

  it('that ends early fails the wait, and shows the screen', async () => {
    const terminal = openTerminal([process.execPath, '-e', 'console.log("bye")'], size)
    try {
      await expect(terminal.until(() => false)).rejects.toThrow(/ended with 0; the screen shows:\nbye/)
    } finally {
      await terminal.close()
    }
  })

  it('is ended even when it ignores the polite way', async () => {
    const stubborn = `process.on('SIGTERM', () => {}); setInterval(() => {}, 1000); console.log('up')`
    const terminal = openTerminal([process.execPath, '-e', stubborn], size)
    await terminal.until(rows => rows.includes('up'))
    await terminal.close()
    expect(await terminal.exited).toMatchObject({ signal: 9 })
  })
})
