import { vi } from 'vitest'

/** Asks again until what it expects holds: half a minute, as a busy machine takes longer than the second that vitest waits. */
export function patiently(check: () => void): Promise<void> {
  return vi.waitFor(check, { timeout: 30_000 })
}
