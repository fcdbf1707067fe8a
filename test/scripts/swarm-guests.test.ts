import { expect, test } from 'vitest'
import { LabError } from '../../lab/run.ts'
import { swarmTable } from '../../scripts/swarm-table.ts'
import { eachGuest, type Guest, nameOf, timed } from '../../scripts/swarm-tests.ts'
import { closingLine } from '../../scripts/test-report.ts'

const guests: readonly Guest[] = (['bookworm', 'trixie', 'sid'] as const).flatMap(suite =>
  (['legacy', 'nft'] as const).map(iptables => ({ suite, iptables })),
)

test('every guest has its turn, whatever becomes of those before', async () => {
  const asked: string[] = []
  const runs = await eachGuest(
    guests,
    'nothing is tested here',
    async guest => {
      asked.push(nameOf(guest))
      if (guest.suite === 'trixie') throw new LabError('debootstrap ended with 1:\nno network')
      if (guest.suite === 'sid' && guest.iptables === 'legacy') throw new TypeError('not foreseen')
      return guest
    },
    async guest => [
      await timed(nameOf(guest), async () => {
        if (guest.suite === 'bookworm' && guest.iptables === 'legacy') throw new Error('it broke')
        return { ok: true, lines: ['a line'], passed: 7, failed: 0, skipped: 0 }
      }),
    ],
  )
  expect(asked).toEqual(guests.map(nameOf))
  const table = swarmTable(runs).map(line => line.replace(/ +/g, ' '))
  expect(table).toEqual([
    ' passed failed skipped seconds',
    'bookworm with iptables-legacy 0 1 0 0 NOT GREEN',
    'bookworm with iptables-nft 7 0 0 0',
    'trixie with iptables-legacy cannot run here: debootstrap ended with 1:',
    'trixie with iptables-nft cannot run here: debootstrap ended with 1:',
    'sid with iptables-legacy 0 1 0 0 NOT GREEN',
    'sid with iptables-nft 7 0 0 0',
  ])
  const summaries = runs.map(({ summary }) => summary)
  expect(summaries.flatMap(({ lines }) => lines)).toContain('bookworm with iptables-legacy: it broke')
  expect(summaries.flatMap(({ lines }) => lines)).toContain('sid with iptables-legacy: not foreseen')
  expect(closingLine(summaries)).toBe('14 passed, 2 failed, 2 skipped')
})
