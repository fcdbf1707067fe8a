import { describe, expect, it } from 'vitest'
import { createNews } from '../../src/collectors/kernel/news.ts'

const rule = { priority: 0, src: 'all', table: 'local' }
const route = { type: 'unicast', dst: 'default' }

describe('createNews', () => {
  it('tells a field once, and again when its rows are others', () => {
    const news = createNews()
    expect(news.changes({ nsids: [] }, false)).toEqual({ nsids: [] })
    expect(news.changes({ nsids: [] }, false)).toEqual({})
    expect(news.changes({ nsids: [{ nsid: 1 }] }, false)).toEqual({ nsids: [{ nsid: 1 }] })
    expect(news.changes({ nsids: [{ nsid: 2 }] }, false)).toEqual({ nsids: [{ nsid: 2 }] })
  })

  it('digests large fields from their second reading on', () => {
    const news = createNews()
    const data = { rules: [rule], routes: [route] } as unknown as Parameters<typeof news.changes>[0]
    expect(Object.keys(news.changes(data, false))).toEqual(['rules', 'routes'])
    expect(Object.keys(news.changes(data, false))).toEqual(['rules', 'routes'])
    expect(news.changes(data, false)).toEqual({})
  })

  it('tells what stands still once more where rates are counted', () => {
    const news = createNews()
    news.changes({ nsids: [{ nsid: 1 }] }, true)
    expect(news.changes({ nsids: [{ nsid: 1 }] }, true)).toEqual({ nsids: [{ nsid: 1 }] })
    expect(news.changes({ nsids: [{ nsid: 1 }] }, true)).toEqual({})
  })

  it('hears of a source only when it went otherwise', () => {
    const news = createNews()
    expect(news.hasOutcome([{ source: 'nft', status: 'ok', tookMs: 1 }])).toBe(true)
    expect(news.hasOutcome([{ source: 'nft', status: 'ok', tookMs: 2 }])).toBe(false)
    expect(news.hasOutcome([{ source: 'nft', status: 'timeout', tookMs: 2, reason: 'slow' }])).toBe(true)
    expect(news.hasOutcome([{ source: 'nft', status: 'ok', tookMs: 2 }])).toBe(true)
  })
})
