import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { createForesight } from '../../src/ui/foresight.ts'
import { views, viewOf } from '../../src/ui/model/views/index.ts'
import { syntheticSnapshot } from './synthetic.ts'
import { scriptedSession, userOf } from './user.tsx'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

const others = views.map(({ id }) => id).filter(id => id !== 'trace')

describe('coming to views in advance', () => {
  it('makes each of them once, one after the other, and follows no trace', () => {
    const come = vi.fn<(command: string) => void>()
    createForesight(come, () => true)
    expect(come).not.toHaveBeenCalled()
    vi.advanceTimersToNextTimer()
    expect(come).toHaveBeenCalledTimes(1)
    vi.runAllTimers()
    expect(come.mock.calls.flat()).toEqual(others.map(id => `view-${id}`))
  })

  it('waits while keys are pressed, and until all was read', () => {
    const come = vi.fn<(command: string) => void>()
    let isRead = false
    const foresight = createForesight(come, () => isRead)
    vi.advanceTimersByTime(60_000)
    expect(come).not.toHaveBeenCalled()
    isRead = true
    for (let press = 0; press < 100; press++) {
      vi.advanceTimersByTime(100)
      foresight.touch()
    }
    expect(come).not.toHaveBeenCalled()
    vi.runAllTimers()
    expect(come).toHaveBeenCalledTimes(others.length)
  })

  it('ends with the screen', () => {
    const come = vi.fn<(command: string) => void>()
    const foresight = createForesight(come, () => true)
    vi.advanceTimersToNextTimer()
    foresight.stop()
    foresight.touch()
    expect(vi.getTimerCount()).toBe(0)
    expect(come).toHaveBeenCalledTimes(1)
  })

  it('has the rows of every view before one comes there, and shows and asks for nothing of it', () => {
    const { session } = scriptedSession(syntheticSnapshot())
    const asked = vi.spyOn(session, 'setVisible')
    const user = userOf(session, 120, 40, 'networks')
    const before = user.text()
    asked.mockClear()
    const made = others.map(id => vi.spyOn(viewOf(id), 'table'))
    vi.advanceTimersByTime(10_000)
    for (const table of made) expect(table).toHaveBeenCalled()
    expect(asked).not.toHaveBeenCalled()
    expect(user.text()).toEqual(before)
    user.stop()
  })
})
