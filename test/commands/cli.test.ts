import { execFileSync, spawnSync } from 'node:child_process'
import {
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { emptyNamespace } from '../../src/collectors/kernel/namespace.ts'
import type { Snapshot } from '../../src/snapshot/index.ts'
import { needs } from '../support/needs.ts'
import { makeNetns, type TestNetns } from '../support/netns.ts'
import { cnmtop, program } from '../support/program.ts'

const directory = mkdtempSync(join(tmpdir(), 'cnmtop-cli-'))
afterAll(() => rmSync(directory, { recursive: true }))

// oxlint-disable-next-line no-control-regex
const escapes = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f]/

describe('without a terminal', () => {
  it('prints an overview without any escape sequence, and ends', () => {
    const { code, stdout, stderr } = cnmtop([])
    expect(code).toBe(0)
    expect(stdout).toMatch(/^ +NAME +KIND +TASKS +ABOUT\n\nNodes 1\n[\s\S]*^Networks \d+\n[\s\S]*^Sources: /m)
    expect(stdout).not.toMatch(escapes)
    expect(stderr).toContain('no terminal: showing plain output')
  })

  it('ends quietly when its reader goes away', () => {
    const shell = `set -o pipefail; ${process.execPath} ${program} ls sysctls --from-snapshot ${large()} | head -1`
    expect(execFileSync('bash', ['-c', shell], { encoding: 'utf8' })).toMatch(/^NAMESPACE/)
  })

  /** A snapshot whose list is larger than a pipe holds. */
  function large(): string {
    const file = join(directory, 'large.json')
    const snapshot = JSON.parse(cnmtop(['snapshot', '-o', '-']).stdout) as Snapshot
    const namespace = snapshot.namespaces[0]!
    namespace.sysctls = Object.fromEntries(
      Array.from({ length: 20_000 }, (_, index) => [`net.x${index}`, '1']),
    )
    writeFileSync(file, JSON.stringify(snapshot))
    return file
  }
})

describe('usage', () => {
  it.each([
    [['ls'], 2, "missing required argument 'what'"],
    [['ls', 'constructor'], 2, "nothing is called 'constructor'"],
    [['ls', 'toString'], 2, "nothing is called 'toString'"],
    [['ls', '__proto__'], 2, "nothing is called '__proto__'"],
    [['ls', 'nonsense'], 2, "nothing is called 'nonsense'; known: namespaces, links,"],
    [['ls', 'links', '--namespace', 'nowhere'], 2, "no namespace is called 'nowhere'"],
    [['snapshot'], 2, "required option '-o, --output <file>' not specified"],
    [['snapshot', '-o', ''], 2, 'the name of a file is needed'],
    [['snapshot', '-o', directory], 1, 'it is a directory'],
    [['ls', 'links', '--only-netns-dirs'], 2, '--only-netns-dirs needs at least one --netns-dir'],
    [['--only-netns-dirs'], 2, '--only-netns-dirs needs at least one --netns-dir'],
    [['--nonsense'], 2, "unknown option '--nonsense'"],
    [['opn', 'x'], 2, "unknown command 'opn'\n(Did you mean open?)"],
    [['snapsot', '-o', 'x'], 2, "unknown command 'snapsot'\n(Did you mean snapshot?)"],
    [['--timeout', '5', 'lss', '--json'], 2, "unknown command 'lss'\n(Did you mean ls?)"],
    [
      ['--docker-host', 'tcp://h', 'ls', 'networks'],
      2,
      '--docker-host stands before ls, which takes it only',
    ],
    [['--no-docker', 'net', 'create', 'x', '--dry-run'], 2, '--no-docker stands before net create, which'],
    [
      ['--from-snapshot', 'x', 'diff', 'a', 'b'],
      2,
      '--from-snapshot stands before diff, which does not take it',
    ],
    [['help', 'nope'], 2, "unknown command 'nope'"],
    [['help', 'snapsot'], 2, "unknown command 'snapsot'\n(Did you mean snapshot?)"],
    [['\u001b[2Jx'], 2, String.raw`unknown command '\x1b[2Jx'`],
    [['--timeout', '\u001b[2J'], 2, String.raw`argument '\x1b[2J' is invalid`],
    [['ls', 'links', '--timeout', 'soon'], 2, 'a number of seconds above 0, 86400 at most, is needed'],
    [['ls', 'networks', '--timeout', '1e9'], 2, 'a number of seconds above 0, 86400 at most, is needed'],
    [['trace', '80', '--watch', '--interval', '1e9'], 2, '86400 at most'],
    [['ls', 'networks', '--docker-host', ''], 2, "'' is no address of a Docker daemon"],
    [['--docker-host', 'tcp://%zz'], 2, "'tcp://%zz' is no address of a Docker daemon"],
    [['--docker-host', 'ssh://%zz@h'], 2, "'ssh://%zz@h' is no address of a Docker daemon"],
    [['--view', 'nonsense'], 2, 'Allowed choices are overview, networks, sandboxes,'],
    [['print-config', '--view', 'nonsense'], 2, 'Allowed choices are overview, networks, sandboxes,'],
    [
      ['ls', 'links', '--netns-dir', '/nonexistent/netns'],
      5,
      'cannot read /nonexistent/netns: no such file or directory',
    ],
    [
      ['ls', 'links', '--from-snapshot', '/nonexistent.json'],
      6,
      'cannot read /nonexistent.json: no such file or directory',
    ],
    [['--from-snapshot', program], 6, 'is no JSON, or cut short'],
    [
      ['snapshot', '-o', '/nonexistent/x.json'],
      1,
      'cannot write /nonexistent/x.json: no such file or directory',
    ],
  ])('cnmtop %s ends with %i', (words, code, sentence) => {
    const ended = cnmtop(words)
    expect(ended.stderr).toContain(sentence)
    expect(ended.code).toBe(code)
    expect(ended.stdout).toBe('')
  })

  it('tells its version and its commands', () => {
    expect(cnmtop(['--version'])).toMatchObject({ code: 0, stdout: '0.1.0\n' })
    expect(cnmtop(['--help']).stdout).toMatch(/snapshot .*\n.*ls /)
    expect(cnmtop(['help', 'ls'])).toEqual(cnmtop(['ls', '--help']))
  })
})

describe('cnmtop snapshot', () => {
  it('tells in one sentence that the disk behind its output is full', () => {
    const shell = `${process.execPath} ${program} ls links > /dev/full`
    const { status, stderr } = spawnSync('bash', ['-c', shell], { encoding: 'utf8' })
    expect(stderr).toMatch(/^cnmtop: cannot write the output: no space left on device$/m)
    expect(stderr.split('\n').filter(line => line.includes('  at '))).toEqual([])
    expect(status).toBe(1)
  })

  it('writes its file also when nothing can be told', () => {
    const file = join(directory, 'untold.json')
    const shell = `${process.execPath} ${program} snapshot -o ${file} 2> /dev/full`
    expect(spawnSync('bash', ['-c', shell]).status).toBe(0)
    expect(JSON.parse(readFileSync(file, 'utf8'))).toMatchObject({ format: 'cnmtop.snapshot' })
  })

  it('writes through a link to its own stdout, which is a pipe without a path', () => {
    const link = join(directory, 'stdout')
    symlinkSync('/proc/self/fd/1', link)
    const shell = `${process.execPath} ${program} snapshot -o ${link} | cat`
    const text = execFileSync('bash', ['-c', shell], { encoding: 'utf8', maxBuffer: 2 ** 28 })
    expect(JSON.parse(text)).toMatchObject({ format: 'cnmtop.snapshot' })
    expect(lstatSync(link).isSymbolicLink()).toBe(true)
  })

  it('is written also when the time for a namespace is used up', () => {
    const file = join(directory, 'hurried.json')
    const { code, stderr } = cnmtop(['snapshot', '-o', file, '--no-docker', '--timeout', '0.001'])
    expect(stderr).toMatch(/: timeout in (?:1 of 1 namespace|\d+ of (?!1 )\d+ namespaces): /)
    expect(code).toBe(0)
  })

  it('writes the same to a file, compressed, and to stdout', () => {
    const file = join(directory, 'node.cnm.json.gz')
    expect(cnmtop(['snapshot', '-o', file]).code).toBe(0)
    expect(statSync(file).mode & 0o777).toBe(0o600)
    const saved = JSON.parse(gunzipSync(readFileSync(file)).toString('utf8')) as Snapshot
    const piped = JSON.parse(cnmtop(['snapshot', '-o', '-', '--no-docker']).stdout) as Snapshot
    expect(saved).toMatchObject({ format: 'cnmtop.snapshot', version: 1, host: piped.host })
    expect(cnmtop(['ls', 'namespaces', '--from-snapshot', file]).stdout).toContain(saved.namespaces[0]!.id)
  })
})

describe('cnmtop ls', needs('root', 'program:ip'), () => {
  let netns: TestNetns
  beforeAll(() => {
    netns = makeNetns('ls')
    netns.ip('link', 'add', 'br0', 'type', 'bridge')
    netns.ip('address', 'add', '192.0.2.1/24', 'dev', 'br0')
  })
  afterAll(() => netns.remove())

  it('--json gives the rows of a snapshot, for jq', () => {
    const { stdout } = cnmtop(['ls', 'addresses', '--json', '--namespace', netns.name])
    expect(JSON.parse(stdout)).toEqual([
      {
        namespace: netns.id,
        kind: 'other',
        name: netns.name,
        rows: [expect.objectContaining({ ifname: 'br0', local: '192.0.2.1', prefixlen: 24 })],
      },
    ])
  })

  it('prints aligned columns', () => {
    const { stdout } = cnmtop(['ls', 'links', '--namespace', netns.name])
    const [heading, ...rows] = stdout.trimEnd().split('\n')
    expect(rows).toHaveLength(2)
    const column = heading!.indexOf('KIND')
    expect(rows[1]!.slice(column)).toMatch(/^bridge /)
  })

  it.each([
    'namespaces',
    'links',
    'addresses',
    'routes',
    'rules',
    'neighbours',
    'fdb',
    'vlans',
    'nsids',
    'qdiscs',
    'filters',
    'netfilter',
    'nft',
    'ipvs',
    'xfrm',
    'sockets',
    'sysctls',
    'conntrack',
    'sources',
  ])('lists %s', what => {
    const { code, stdout } = cnmtop(['ls', what, '--namespace', netns.name])
    expect(code).toBe(0)
    expect(stdout).toMatch(/^NAMESPACE/)
  })
})

describe('what a snapshot could not read', () => {
  const reports: Snapshot['sources'] = [
    { source: 'rtnl.links', status: 'ok', tookMs: 1 },
    { source: 'nft', status: 'forbidden', tookMs: 1, reason: 'EPERM: needs CAP_NET_ADMIN' },
    { source: 'xtables.ip', status: 'unavailable', tookMs: 1, reason: 'not there' },
    { source: 'ipvs', status: 'timeout', tookMs: 1, reason: 'no answer' },
  ]
  const namespace: Snapshot['namespaces'][number] = {
    ...emptyNamespace({
      id: 'net:[1]',
      kind: 'other',
      name: 'evil\u009b\u202e',
      paths: [],
      pids: [],
      pidCount: 0,
    }),
    sources: reports,
  }
  const otherReason = { ...reports[1]!, reason: 'EACCES' }
  const snapshot: Snapshot = {
    format: 'cnmtop.snapshot',
    version: 1,
    takenAt: '2026-11-23T05:20:11.031Z',
    tookMs: 1,
    host: { hostname: 'node1', kernel: '6.1.0', bootId: '' },
    namespaces: [
      namespace,
      { ...namespace, id: 'net:[2]', name: 'second', sources: [reports[0]!, otherReason] },
    ],
    sources: [],
  }
  const file = join(directory, 'short.json')
  beforeAll(() => writeFileSync(file, JSON.stringify(snapshot)))
  const ls = (...words: string[]): ReturnType<typeof cnmtop> =>
    cnmtop(['ls', ...words, '--from-snapshot', file])

  it('is told once for the kind that is listed', () => {
    expect(ls('links')).toMatchObject({ code: 0, stderr: '' })
    expect(ls('ipvs')).toMatchObject({
      code: 0,
      stderr: 'cnmtop: ipvs: timeout in 1 of 2 namespaces: no answer\n',
    })
  })

  it('ends with 4 when it was all that was asked for, and forbidden', () => {
    expect(ls('nft')).toMatchObject({
      code: 4,
      stderr: 'cnmtop: nft: forbidden in 2 of 2 namespaces: EPERM: needs CAP_NET_ADMIN (other reasons: 1)\n',
    })
    expect(ls('nft', '--namespace', 'second')).toMatchObject({
      code: 4,
      stderr: 'cnmtop: nft: forbidden in 1 of 1 namespace: EACCES\n',
    })
  })

  it('is told of everything with a snapshot, which is done', () => {
    const { code, stderr } = cnmtop(['snapshot', '-o', '-', '--from-snapshot', file])
    expect(code).toBe(0)
    expect(stderr).toMatch(/^cnmtop: nft: forbidden .*\ncnmtop: ipvs: timeout .*\n$/)
  })

  it('--json holds no character that a terminal obeys or hides', () => {
    const { stdout } = ls('links', '--json')
    expect(stdout).toContain('"evil\\u009b\\u202e"')
    expect((JSON.parse(stdout) as { name: string }[])[0]?.name).toBe(namespace.name)
  })
})

describe('without root', needs('root', 'program:ip', 'program:setpriv'), () => {
  let netns: TestNetns
  beforeAll(() => {
    netns = makeNetns('unprivileged')
  })
  afterAll(() => netns.remove())
  const nobody = ['setpriv', '--reuid=65534', '--regid=65534', '--clear-groups', '--inh-caps=-all']

  it('shows what can be seen, and says which capability the rest needs', () => {
    const { code, stdout, stderr } = cnmtop(['snapshot', '-o', '-'], nobody)
    expect(code).toBe(0)
    const { namespaces } = JSON.parse(stdout) as Snapshot
    const own = namespaces.find(({ links }) => links.some(({ ifname }) => ifname === 'lo'))
    expect(own?.sources.find(({ source }) => source === 'rtnl.links')?.status).toBe('ok')
    const closed = namespaces.find(({ id }) => id === netns.id)
    expect(closed?.sources).toEqual([
      expect.objectContaining({
        source: 'namespace',
        status: 'forbidden',
        reason: expect.stringContaining('CAP_SYS_ADMIN'),
      }),
    ])
    expect(stderr).toMatch(/^cnmtop: not entered: forbidden in \d+ of \d+ namespaces: .*CAP_SYS_ADMIN/m)
    expect(stderr).toMatch(/^cnmtop: nft: forbidden in \d+ of \d+ namespaces: .*CAP_NET_ADMIN/m)
    expect(stderr).toMatch(/CAP_SYS_PTRACE/)
  })

  it('ends with 4 when nothing that was asked for may be read', () => {
    const { code, stderr } = cnmtop(
      ['ls', 'netfilter', '--netns-dir', '/run/netns', '--only-netns-dirs'],
      nobody,
    )
    expect(stderr).toMatch(/not entered: .*CAP_SYS_ADMIN/)
    expect(code).toBe(4)
  })

  it('says that a directory may not be read', () => {
    const closed = join(directory, 'closed')
    mkdirSync(closed, { mode: 0o700 })
    const { code, stderr } = cnmtop(['ls', 'links', '--netns-dir', closed], nobody)
    expect(stderr).toMatch(/cannot read .*closed: permission denied/)
    expect(code).toBe(4)
  })
})
