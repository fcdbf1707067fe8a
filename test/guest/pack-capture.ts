/**
 * `node test/guest/pack-capture.ts CAPTURE FIXTURE.json.gz`: packs what a test bed's `capture` wrote into one fixture.
 *
 * The texts go in as they are, but for files that hold join tokens or that nothing reads.
 */
import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { gzipSync } from 'node:zlib'

/** Files by their path below the capture. `swarm.json` holds the join tokens. */
const unwanted = /\/(?:swarm\.json|nft\.json|proc-net-(?!nf_conntrack).*|ipvsadm-conn\.txt|conntrack\.txt)$/

const [, , capture, fixture] = process.argv
if (capture === undefined || fixture === undefined) throw new Error('usage: pack-capture CAPTURE FIXTURE')

const files: Record<string, string> = {}
for (const entry of readdirSync(capture, { recursive: true, withFileTypes: true })) {
  const path = join(entry.parentPath, entry.name)
  if (!entry.isFile() || unwanted.test(path) || statSync(path).size === 0) continue
  files[relative(capture, path)] = readFileSync(path, 'utf8')
}
const sorted = Object.fromEntries(Object.entries(files).toSorted(([a], [b]) => (a < b ? -1 : 1)))
writeFileSync(fixture, gzipSync(JSON.stringify({ files: sorted }), { level: 9 }))
