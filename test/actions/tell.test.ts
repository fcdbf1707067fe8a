import { expect, it } from 'vitest'
import { outcomeText, progressText } from '../../src/actions/tell.ts'

it('tells how far an action is', () => {
  const request = { method: 'POST', path: '/networks/create', query: {}, body: {} } as const
  expect(progressText({ step: 'sending', request })).toBe('sending POST /networks/create')
  expect(progressText({ step: 'answered', request, status: 201, id: 'x' })).toBe('answered 201, x')
  expect(
    progressText({
      step: 'converging',
      done: 1,
      wanted: 2,
      states: { running: 1, preparing: 1 },
      errors: ['no such image'],
    }),
  ).toBe('1 of 2 as wanted (1 running, 1 preparing): no such image')
})

it('tells how an action ended', () => {
  expect(outcomeText({ end: 'refused', status: 0, message: 'nothing listens', field: undefined })).toBe(
    'Nothing was sent: nothing listens',
  )
  expect(outcomeText({ end: 'unknown', reason: 'the connection broke' })).toContain('not known')
  expect(outcomeText({ end: 'done', id: undefined, warnings: [] })).toBe('Done.')
})
