import headless from '@xterm/headless'
import { describe, expect, it } from 'vitest'
import { screenToSvg } from '../../scripts/screen-svg.ts'

async function draw(written: string, title = 'screen'): Promise<string> {
  const screen = new headless.Terminal({ cols: 20, rows: 3, allowProposedApi: true })
  await new Promise<void>(done => screen.write(written, done))
  return screenToSvg(screen, title)
}

describe('picture of a screen', () => {
  it('is the same for the same screen', async () => {
    expect(await draw('eth0 \u001b[32mUP\u001b[0m')).toBe(await draw('eth0 \u001b[32mUP\u001b[m'))
  })

  it('sets every run at its column, with its colour and width', async () => {
    const svg = await draw('eth0 \u001b[1;32mUP\u001b[0m')
    expect(svg).toContain('<text x="0" y="12" fill="#adbac7" textLength="32">eth0</text>')
    expect(svg).toContain('<text x="40" y="12" fill="#57ab5a" class="b" textLength="16">UP</text>')
  })

  it('places what stands behind a gap by itself, since viewers fold blanks', async () => {
    const svg = await draw('ab c   d')
    expect(svg).toContain('<text x="0" y="12" fill="#adbac7" textLength="32">ab c</text>')
    expect(svg).toContain('<text x="56" y="12" fill="#adbac7">d</text>')
  })

  it('draws inverse cells, direct colours and the colour cube', async () => {
    expect(await draw('\u001b[7mx\u001b[0m')).toContain('height="16" fill="#adbac7"/>')
    expect(await draw('\u001b[38;2;1;2;255mx')).toContain('fill="#0102ff"')
    expect(await draw('\u001b[38;5;196mx')).toContain('fill="#ff0000"')
    expect(await draw('\u001b[38;5;244mx')).toContain('fill="#808080"')
  })

  it('counts a wide character as two cells', async () => {
    expect(await draw('日b')).toContain('textLength="24">日b</text>')
  })

  it('escapes what is markup', async () => {
    const svg = await draw('<a&b>', 'x < y')
    expect(svg).toContain('&lt;a&amp;b&gt;')
    expect(svg).toContain('<title>x &lt; y</title>')
  })
})
