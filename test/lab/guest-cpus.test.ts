import { expect, test } from 'vitest'
import { allowedCpus, chooseCpu, quietestCpu } from '../../lab/guest/cpus.ts'

test('a guest goes where no other one is, however much that processor does', () => {
  const idle = (cpu: number): number => 30 - cpu
  expect(chooseCpu([0, 1, 2], [], idle)).toBe(0)
  expect(chooseCpu([0, 1, 2], [0, 0, 0], idle)).toBe(1)
  expect(chooseCpu([0, 1, 2], [0, 1, 2, 2], idle)).toBe(0)
  expect(chooseCpu([], [], idle)).toBe(0)
})

test('it is one that this process may use', async () => {
  expect(allowedCpus()).toContain(await quietestCpu())
})
