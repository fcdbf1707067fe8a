import { describe, expect, it } from 'vitest'
import { checkIntent } from '../../src/actions/check/index.ts'
import { fieldOfRefusal } from '../../src/actions/refusal.ts'
import { siteOf } from '../../src/actions/site.ts'
import { cases } from './cases.ts'
import { recordings } from './recorded-answers.ts'

it('has answers of three generations of Docker', () => {
  expect(recordings.map(({ name }) => name)).toEqual(['docker-20.10', 'docker-26.1', 'docker-28.5'])
})

describe.each(recordings.map(recording => [recording.name, recording] as const))('%s', (_, recording) => {
  const site = siteOf(recording.snapshot)
  const answerTo = new Map(recording.answers.map(answer => [answer.name, answer]))

  it.each(cases.map(one => [one.name, one] as const))(
    '%s is judged as the daemon did',
    (name, { intent, comes }) => {
      const answer = answerTo.get(name)!
      expect(answer, 'every case was asked').toBeDefined()
      const checks = checkIntent(intent, site)
      const isRefused = answer.status > 299
      const errors = checks.filter(({ level }) => level === 'error')
      expect(
        errors.length > 0,
        `${answer.status} ${answer.message ?? ''}; ours: ${JSON.stringify(checks)}`,
      ).toBe(isRefused)
      expect(
        checks.filter(({ text }) => text.startsWith('Not checked')),
        'the data was at hand',
      ).toEqual([])
      if (comes === undefined || isRefused) return
      expect(answer.comes).toMatch(comes)
      expect(checks.map(({ level }) => level)).toContain('warning')
    },
  )

  it('names in its refusals the field that the check names', () => {
    const others = cases.flatMap(({ name, intent }) => {
      const { status, message = '' } = answerTo.get(name)!
      const fields = checkIntent(intent, site).flatMap(({ level, field }) =>
        level === 'error' ? [field] : [],
      )
      const found = fieldOfRefusal(intent, message)
      return status < 300 || fields.length === 0 || fields.includes(found) ? [] : [`${name}: ${message}`]
    })
    // Sentences that do not tell: which of two subnets, or what is invalid.
    const mute = /^bridge: (?:two subnets|two subnets that overlap|MTU of (?:60|70000)): /
    expect(others.filter(line => !mute.test(line))).toEqual([])
  })
})
