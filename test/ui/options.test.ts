import { describe, expect, it } from 'vitest'
import { displayOptions } from '../../src/ui/options.ts'

describe('display options', () => {
  it.each<[string, Record<string, string>, boolean, boolean]>([
    ['a terminal', {}, true, true],
    ['a pipe', {}, false, false],
    ['NO_COLOR', { NO_COLOR: '1' }, true, false],
    ['an empty NO_COLOR', { NO_COLOR: '' }, true, true],
    ['CNMTOP_NO_COLOR', { CNMTOP_NO_COLOR: '1' }, true, false],
    ['CLICOLOR=0', { CLICOLOR: '0' }, true, false],
    ['TERM=dumb', { TERM: 'dumb' }, true, false],
    ['FORCE_COLOR in a pipe', { FORCE_COLOR: '1' }, false, true],
    ['FORCE_COLOR=0 in a pipe', { FORCE_COLOR: '0' }, false, false],
    ['NO_COLOR over FORCE_COLOR', { NO_COLOR: '1', FORCE_COLOR: '1' }, true, false],
  ])('%s', (_, environment, isTty, color) => {
    expect(displayOptions({}, environment, isTty).color).toBe(color)
  })

  it.each<[Record<string, string>, boolean]>([
    [{}, false],
    [{ LANG: 'C.UTF-8' }, false],
    [{ LANG: 'de_DE.utf8' }, false],
    [{ LANG: 'C' }, true],
    [{ LANG: 'en_US.UTF-8', LC_ALL: 'POSIX' }, true],
    [{ LANG: 'en_US.UTF-8', LC_ALL: '' }, false],
    [{ CNMTOP_ASCII: '1', LANG: 'C.UTF-8' }, true],
  ])('ASCII for %j: %j', (environment, ascii) => {
    expect(displayOptions({}, environment, true).ascii).toBe(ascii)
  })

  it('flags win', () => {
    expect(displayOptions({ color: true, ascii: false }, { NO_COLOR: '1', LANG: 'C' }, true)).toEqual({
      color: true,
      ascii: false,
    })
  })
})
