/**
 * Completes package-lock.json: `npm install` leaves out an optional platform package that the registry at hand does
 * not carry (a mirror often has only some platforms), and `npm ci` then refuses the whole lock. Each such package
 * gets the entry that npm itself writes for a platform it skips: version, operating system, processor.
 *
 * Run it after every `npm install` that changed the lock: `node scripts/complete-lock.ts`.
 */
import { readFileSync, writeFileSync } from 'node:fs'

type Entry = {
  version?: string
  optional?: boolean
  dev?: boolean
  os?: string[]
  cpu?: string[]
  libc?: string[]
  optionalDependencies?: Record<string, string>
}

const systems = [
  'android',
  'darwin',
  'freebsd',
  'linux',
  'netbsd',
  'openbsd',
  'openharmony',
  'sunos',
  'win32',
  'aix',
]
const processors = ['arm64', 'arm', 'ia32', 'loong64', 'mips64el', 'ppc64', 'riscv64', 's390x', 'x64']

const lock = JSON.parse(readFileSync('package-lock.json', 'utf8')) as { packages: Record<string, Entry> }
let added = 0
for (const entry of Object.values(lock.packages)) {
  for (const [name, version] of Object.entries(entry.optionalDependencies ?? {})) {
    const key = `node_modules/${name}`
    if (lock.packages[key]) continue
    const os = systems.find(system => name.includes(system))
    const cpu = processors.find(processor => name.includes(processor))
    if (!/^\d/.test(version)) throw new Error(`${name}@${version} is missing and has no exact version`)
    lock.packages[key] = {
      version,
      ...(entry.dev && { dev: true }),
      optional: true,
      // A package without a known platform (WebAssembly fall-backs) is kept off every machine of ours.
      os: [os ?? 'none'],
      ...(cpu && { cpu: [cpu] }),
      ...(name.includes('musl') && { libc: ['musl'] }),
    }
    added++
  }
}
lock.packages = Object.fromEntries(Object.entries(lock.packages).sort(([a], [b]) => (a < b ? -1 : 1)))
writeFileSync('package-lock.json', `${JSON.stringify(lock, null, 2)}\n`)
console.log(`${added} platform packages added to package-lock.json`)
