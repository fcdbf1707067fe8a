import { join } from 'node:path'
import { expect, test } from 'vitest'
import { runProgram } from '../../lab/swarm/index.ts'
import { seed } from '../support/seed.ts'

const oracle = join(import.meta.dirname, '../guest/ipvs-oracle.ts')

test('random IPVS tables read as ipvsadm prints them', async () => {
  const { status, stdout, stderr } = await runProgram([
    'node',
    oracle,
    '--rounds',
    '10',
    '--seed',
    String(seed),
  ])
  process.stderr.write(`ipvs-oracle: ${stdout}`)
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' })
})
