import { execFileSync } from 'node:child_process'
import {
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { readFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterAll, describe, expect, it } from 'vitest'
import { emptyNamespace } from '../../src/collectors/kernel/namespace.ts'
import { loadSnapshot, saveSnapshot, SnapshotFileError, snapshotText } from '../../src/snapshot/file.ts'
import type { Snapshot } from '../../src/snapshot/index.ts'
import { needs } from '../support/needs.ts'

const directory = mkdtempSync(join(tmpdir(), 'cnmtop-file-'))
afterAll(() => rmSync(directory, { recursive: true }))
const path = (name: string): string => join(directory, name)

const snapshot: Snapshot = {
  format: 'cnmtop.snapshot',
  version: 1,
  takenAt: '2026-11-23T05:20:11.031Z',
  tookMs: 24.1,
  host: { hostname: 'swarm-node1', kernel: '6.1.0', bootId: '' },
  namespaces: [
    emptyNamespace({
      id: 'net:[4026532281]',
      kind: 'ingress',
      name: 'ingress_sbox',
      paths: [],
      pids: [],
      pidCount: 0,
    }),
  ],
  sources: [],
}

describe('saveSnapshot', () => {
  it('gives back what was saved, plain and compressed, readable by nobody else', async () => {
    for (const name of ['plain.cnm.json', 'packed.cnm.json.gz']) {
      await saveSnapshot(path(name), snapshot)
      expect(await loadSnapshot(path(name))).toEqual(snapshot)
      expect(statSync(path(name)).mode & 0o777).toBe(0o600)
    }
    expect(readFileSync(path('packed.cnm.json.gz')).subarray(0, 2)).toEqual(Buffer.from([0x1f, 0x8b]))
  })

  it('replaces what was there, and leaves nothing else behind', async () => {
    writeFileSync(path('old.json'), 'old')
    await saveSnapshot(path('old.json'), snapshot)
    expect(await loadSnapshot(path('old.json'))).toEqual(snapshot)
    expect(readdirSync(directory).filter(name => name.endsWith('.tmp'))).toEqual([])
  })

  it('replaces what a link leads to, not the link', async () => {
    writeFileSync(path('target.json'), 'old')
    symlinkSync(path('target.json'), path('link.json'))
    await saveSnapshot(path('link.json'), snapshot)
    expect(lstatSync(path('link.json')).isSymbolicLink()).toBe(true)
    expect(await loadSnapshot(path('target.json'))).toEqual(snapshot)
  })

  it('writes to a pipe and leaves it a pipe', needs('program:mkfifo'), async () => {
    execFileSync('mkfifo', [path('pipe')])
    const [received] = await Promise.all([
      readFile(path('pipe'), 'utf8'),
      saveSnapshot(path('pipe'), snapshot),
    ])
    expect(received).toBe(snapshotText(snapshot))
    expect(lstatSync(path('pipe')).isFIFO()).toBe(true)
  })

  it('makes the file that a link leads to', async () => {
    mkdirSync(path('elsewhere'))
    symlinkSync('elsewhere/new.json', path('ahead.json'))
    await saveSnapshot(path('ahead.json'), snapshot)
    expect(lstatSync(path('ahead.json')).isSymbolicLink()).toBe(true)
    expect(await loadSnapshot(path('elsewhere/new.json'))).toEqual(snapshot)
  })

  it('writes through a link to a pipe', needs('program:mkfifo'), async () => {
    execFileSync('mkfifo', [path('far-pipe')])
    symlinkSync('far-pipe', path('to-pipe'))
    const [received] = await Promise.all([
      readFile(path('far-pipe'), 'utf8'),
      saveSnapshot(path('to-pipe'), snapshot),
    ])
    expect(received).toBe(snapshotText(snapshot))
    expect(lstatSync(path('to-pipe')).isSymbolicLink()).toBe(true)
    expect(lstatSync(path('far-pipe')).isFIFO()).toBe(true)
  })

  it('refuses a directory', async () => {
    mkdirSync(path('folder'))
    await expect(saveSnapshot(path('folder'), snapshot)).rejects.toThrow('it is a directory')
  })

  it('says that a directory is not there', async () => {
    await expect(saveSnapshot(path('absent/x.json'), snapshot)).rejects.toThrow('ENOENT')
  })

  it('leaves the old file whole when the disk is full', needs('root', 'program:mount'), async () => {
    const disk = mkdtempSync(path('disk-'))
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=16k', 'cnmtop-test', disk])
    try {
      const file = join(disk, 'node.json')
      writeFileSync(file, 'what was there')
      const large = { ...snapshot, sources: Array.from({ length: 1000 }, manySources) }
      await expect(saveSnapshot(file, large)).rejects.toThrow('ENOSPC')
      expect(readFileSync(file, 'utf8')).toBe('what was there')
      expect(readdirSync(disk)).toEqual(['node.json'])
    } finally {
      execFileSync('umount', [disk])
    }
  })
})

function manySources(_: unknown, index: number): Snapshot['sources'][number] {
  return { source: `dir /run/netns-${index}`, status: 'ok', tookMs: 0 }
}

describe('snapshotText', () => {
  it('is the same JSON, without a character that a terminal obeys or hides', () => {
    const evil = 'a\u001b[2J\u007f\u009b31m\u200b\u202e\u2028\u2066\ufeff\u{e0041}\\ ネットワーク0'
    const text = snapshotText({ ...snapshot, host: { ...snapshot.host, hostname: evil } })
    expect(text).not.toMatch(/[^\P{Cc}\n]|[\p{Cf}\p{Zl}\p{Zp}]/u)
    expect(text).toContain('\\u009b31m\\u200b\\u202e\\u2028\\u2066\\ufeff\\udb40\\udc41\\\\ ネットワーク0')
    expect((JSON.parse(text) as Snapshot).host.hostname).toBe(evil)
  })
})

describe('loadSnapshot', () => {
  async function refusal(name: string, content: string | Uint8Array): Promise<string> {
    writeFileSync(path(name), content)
    const error: unknown = await loadSnapshot(path(name)).catch((thrown: unknown) => thrown)
    expect(error).toBeInstanceOf(SnapshotFileError)
    return (error as SnapshotFileError).message
  }

  it('keeps fields that it does not know', async () => {
    const later = { ...snapshot, podman: { version: '7.1.0' } }
    writeFileSync(path('later.json'), JSON.stringify(later))
    expect(await loadSnapshot(path('later.json'))).toEqual(later)
  })

  it.each([
    ['a missing file', undefined, 'cannot read'],
    ['an empty file', '', 'is no JSON, or cut short'],
    ['a file cut short', snapshotText(snapshot).slice(0, 200), 'is no JSON, or cut short'],
    ['a compressed file cut short', gzipSync(snapshotText(snapshot)).subarray(0, 100), 'is damaged'],
    ['other JSON', '{"hello": 1}', 'is no cnmtop snapshot'],
    ['null', 'null', 'is no cnmtop snapshot'],
    [
      'a newer version',
      JSON.stringify({ ...snapshot, version: 2 }),
      'newer than the 1 that this cnmtop reads',
    ],
    [
      'a wrong field',
      JSON.stringify({ ...snapshot, host: { ...snapshot.host, kernel: 6 } }),
      'is not a valid snapshot: host.kernel',
    ],
  ])('refuses %s', async (name, content, message) => {
    if (content === undefined) {
      await expect(loadSnapshot(path('absent.json'))).rejects.toThrow(message)
      return
    }
    expect(await refusal(`${name.replaceAll(' ', '-')}.json`, content)).toContain(message)
  })

  it('skips a byte order mark', async () => {
    writeFileSync(path('marked.json'), `\ufeff${snapshotText(snapshot)}`)
    expect(await loadSnapshot(path('marked.json'))).toEqual(snapshot)
  })

  it('refuses values that nest deeper than 64', async () => {
    const nested = (depth: number): string =>
      `${JSON.stringify(snapshot).slice(0, -1)},"x":${'['.repeat(depth)}${']'.repeat(depth)}}`
    writeFileSync(path('nested.json'), nested(63))
    expect(await loadSnapshot(path('nested.json'))).toMatchObject(snapshot)
    for (const depth of [64, 5000, 1_000_000]) {
      expect(await refusal('deep.json', nested(depth))).toContain('nest deeper than 64')
    }
  })

  it('refuses a plain file that is larger than it may be', async () => {
    writeFileSync(path('large.json'), snapshotText(snapshot))
    const { size } = statSync(path('large.json'))
    await expect(loadSnapshot(path('large.json'), size - 1)).rejects.toThrow(`too large: ${size} bytes`)
    expect(await loadSnapshot(path('large.json'), size)).toEqual(snapshot)
  })

  it('refuses what is no regular file, and does not wait for it', needs('program:mkfifo'), async () => {
    execFileSync('mkfifo', [path('silent')])
    for (const name of ['silent', '.']) {
      const error: unknown = await loadSnapshot(path(name)).catch((thrown: unknown) => thrown)
      expect(error).toBeInstanceOf(SnapshotFileError)
      expect(error).toHaveProperty('message', expect.stringContaining('no regular file'))
    }
  })

  it('refuses a small file that unpacks to more than it may', async () => {
    const large = `{${' '.repeat(2 ** 20)}`
    writeFileSync(path('bomb.json.gz'), gzipSync(large))
    await expect(loadSnapshot(path('bomb.json.gz'), 2 ** 20)).rejects.toThrow(
      `is too large: it unpacks to more than ${2 ** 20} bytes`,
    )
  })

  it('refuses a small file that is made to fill memory, long before it does', async () => {
    writeFileSync(path('zeros.json.gz'), gzipSync(Buffer.alloc(2 ** 21)))
    await expect(loadSnapshot(path('zeros.json.gz'))).rejects.toThrow(
      'what is packed in it is no JSON object',
    )
    writeFileSync(path('spaces.json.gz'), gzipSync('{'.padEnd(2 ** 21)))
    await expect(loadSnapshot(path('spaces.json.gz'), 2 ** 30, 2 ** 20)).rejects.toThrow(
      'made to fill memory',
    )
  })

  it('reads a large one that has to be unpacked twice', async () => {
    await saveSnapshot(path('twice.json.gz'), snapshot)
    expect(await loadSnapshot(path('twice.json.gz'), 2 ** 20, 100)).toEqual(snapshot)
  })
})
