import { Agent as HttpAgent } from 'node:http'
import { Agent as HttpsAgent } from 'node:https'
import type { Tls } from './host.ts'

/**
 * Connections of Node's HTTP client, encrypted where `tls` is given.
 *
 * Loaded late, as the client takes as long to load as half of the screen; and a file of its own, as a late `import` of
 * node:http itself would read each of its exports, of which one brings all of undici (100 ms).
 */
export function httpAgent(keepAlive: boolean, tls: Tls | undefined): HttpAgent {
  if (!tls) return new HttpAgent({ keepAlive })
  const { verify, ...files } = tls
  return new HttpsAgent({ keepAlive, rejectUnauthorized: verify, ...files })
}
