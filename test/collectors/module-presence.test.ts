import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { release, tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { modulePresence } from '../../src/collectors/kernel/module-presence.ts'

const roots: string[] = []

/** A file system with these files; a name that ends in a slash is a directory. */
function root(files: Readonly<Record<string, string>>): string {
  const path = mkdtempSync(join(tmpdir(), 'cnmtop-presence-'))
  roots.push(path)
  for (const [name, text] of Object.entries(files)) {
    const file = join(path, name)
    mkdirSync(name.endsWith('/') ? file : dirname(file), { recursive: true })
    if (!name.endsWith('/')) writeFileSync(file, text)
  }
  return path
}

afterEach(() => {
  for (const path of roots.splice(0)) rmSync(path, { recursive: true })
})

const modular = { 'proc/sys/': '', 'proc/modules': '' }
const builtIn = `lib/modules/${release()}/modules.builtin`

describe('modulePresence', () => {
  it('finds a loaded module, and notices when it is unloaded', () => {
    const path = root({ ...modular, [builtIn]: '', 'sys/module/tcp_diag/': '' })
    expect(modulePresence('tcp_diag', path)).toBe('present')
    expect(modulePresence('udp_diag', path)).toBe('absent')
    rmSync(join(path, 'sys/module/tcp_diag'), { recursive: true })
    expect(modulePresence('tcp_diag', path)).toBe('absent')
  })

  it('finds what is built in', () => {
    const path = root({ ...modular, [builtIn]: 'kernel/net/ipv4/tcp_diag.ko\n' })
    expect(modulePresence('tcp_diag', path)).toBe('present')
    expect(modulePresence('udp_diag', path)).toBe('absent')
  })

  it('finds it by its symbol where there is no list, as in a container', () => {
    const path = root({ ...modular, 'proc/kallsyms': '0000000000000000 t tcp_diag_dump\n' })
    expect(modulePresence('tcp_diag', path)).toBe('present')
    expect(modulePresence('nf_tables', path)).toBe('absent')
  })

  it('takes asking for harmless where no module can be loaded', () => {
    expect(modulePresence('tcp_diag', root({ 'proc/sys/': '' }))).toBe('present')
    const locked = root({ ...modular, 'proc/sys/kernel/modules_disabled': '1\n', [builtIn]: '' })
    expect(modulePresence('tcp_diag', locked)).toBe('present')
  })

  it('does not guess when nothing tells', () => {
    expect(modulePresence('tcp_diag', root(modular))).toBe('unknown')
    expect(modulePresence('nf_tables', root({}))).toBe('unknown')
  })
})
