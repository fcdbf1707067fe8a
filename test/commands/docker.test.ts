import { execFile } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, describe, expect, it } from 'vitest'
import type { Snapshot } from '../../src/snapshot/index.ts'
import { snapshotSchema } from '../../src/snapshot/schema/snapshot.ts'
import type { DockerFixture } from '../support/docker-fixture.ts'
import { type FakeDocker, fakeDocker } from '../support/fake-docker.ts'
import { type Ended, program } from '../support/program.ts'

const directory = mkdtempSync(join(tmpdir(), 'cnmtop-engine-'))
afterAll(() => rmSync(directory, { recursive: true, force: true }))

const fakes: FakeDocker[] = []
afterEach(async () => {
  for (const fake of fakes.splice(0)) await fake.close()
})

async function daemon(fixture: DockerFixture = '26.1-manager'): Promise<FakeDocker> {
  const fake = await fakeDocker(fixture)
  fakes.push(fake)
  return fake
}

/** Runs the program while the fake daemon of this process goes on answering. */
async function cnmtop(words: readonly string[], env: Record<string, string> = {}): Promise<Ended> {
  return new Promise(resolve => {
    const child = execFile(
      process.execPath,
      [program, ...words],
      { encoding: 'utf8', maxBuffer: 2 ** 28, env: { ...process.env, ...env } },
      (_, stdout, stderr) => resolve({ code: child.exitCode, stdout, stderr }),
    )
  })
}

describe('cnmtop ls', () => {
  it('tells of a TCP address that nobody answers at, and nothing of what Node thinks of the library', async () => {
    const { code, stderr } = await cnmtop(['ls', 'networks', '--docker-host', 'tcp://127.0.0.1:1'])
    expect(stderr).toBe('cnmtop: networks: nothing listens at tcp://127.0.0.1:1: dockerd does not run\n')
    expect(code).toBe(5)
  })

  it.each([
    ['networks', /^89o1tfqhalph +appnet +overlay +swarm +10\.0\.1\.0\/24 +4097 +5 +4 +attachable$/m],
    [
      'containers',
      /^dbf546b4714e +web\.1\.\w+ +web:1 +running +336 +e8f078f66916 +appnet=10\.0\.1\.3,ingress=10\.0\.0\.5 +-$/m,
    ],
    [
      'services',
      /^lslmhyf0zxad +web +replicated +3\/3 +vip +ingress=10\.0\.0\.4\/24,appnet=10\.0\.1\.2\/24 +8080->80\/tcp +web:1$/m,
    ],
    ['tasks', /^2woj8v2cwy7m +dns +2 +node2 +running +running +10\.0\.1\.14\/24 +-$/m],
    ['nodes', /^lhcdjgis48gv +node1 +leader +ready +active +10\.77\.0\.1 +26\.1\.5\+dfsg1$/m],
  ])('lists the %s of a manager', async (what, line) => {
    const fake = await daemon()
    const { code, stdout, stderr } = await cnmtop(['ls', what, '--docker-host', `unix://${fake.socket}`])
    expect(stderr).toBe('')
    expect(stdout).toMatch(/^ID /)
    expect(stdout).toMatch(line)
    expect(code).toBe(0)
  })

  it('takes the daemon from DOCKER_HOST, and gives the rows of a snapshot with --json', async () => {
    const fake = await daemon()
    const { stdout } = await cnmtop(['ls', 'nodes', '--json'], { DOCKER_HOST: `unix://${fake.socket}` })
    expect(JSON.parse(stdout)).toEqual([
      expect.objectContaining({ Hostname: 'node1', Role: 'manager' }),
      expect.objectContaining({ Hostname: 'node2', Role: 'worker' }),
    ])
  })

  it('says on a worker that managers tell of services, and ends with 5', async () => {
    const fake = await daemon('26.1-worker')
    expect(await cnmtop(['ls', 'services', '--docker-host', fake.socket])).toEqual({
      code: 5,
      stdout: '',
      stderr: 'cnmtop: services: services are told by managers only: this node is a worker\n',
    })
  })

  it('ends with 4 when the daemon refuses', async () => {
    const fake = await daemon()
    fake.behave(/./, { status: 403, body: '{"message":"no"}' })
    expect(await cnmtop(['ls', 'networks', '--docker-host', fake.socket])).toEqual({
      code: 4,
      stdout: '',
      stderr: 'cnmtop: networks: the daemon, or a proxy before it, refuses: no\n',
    })
  })

  it('ends with 2 for an address that is none', async () => {
    const { code, stderr } = await cnmtop(['ls', 'networks', '--docker-host', 'foo://bar'])
    expect(stderr).toMatch(/^cnmtop: 'foo:\/\/bar' is no address of a Docker daemon/)
    expect(code).toBe(2)
  })

  it('says what is wrong with DOCKER_HOST and with a context', async () => {
    const wrong = await cnmtop(['ls', 'nodes'], { DOCKER_HOST: 'foo://bar' })
    expect(wrong.stderr).toMatch(/^cnmtop: nodes: 'foo:\/\/bar' is no address/)
    expect(wrong.code).toBe(5)
    const context = await cnmtop(['ls', 'nodes'], {
      DOCKER_HOST: '',
      DOCKER_CONTEXT: 'far',
      DOCKER_CONFIG: directory,
    })
    expect(context.stderr).toMatch(/^cnmtop: nodes: the docker context 'far' is not there/)
  })

  it('prints names of containers without their escape sequences', async () => {
    const fake = await daemon()
    const path = Object.keys(fake.answers).find(key => /^\/containers\/\w{64}/.test(key)) ?? ''
    fake.answers[path] = { ...(fake.answers[path] as object), Name: '/evil\u001b[2J\u202e' }
    const { stdout } = await cnmtop(['ls', 'containers', '--docker-host', fake.socket])
    expect(stdout).toContain(String.raw`evil\x1b[2J\u202e`)
    expect(stdout).not.toContain('\u001b')
  })
})

describe('cnmtop snapshot', () => {
  const only = ['--only-netns-dirs', '--netns-dir', directory]
  const read = (file: string): Snapshot => JSON.parse(readFileSync(file, 'utf8')) as Snapshot

  it('joins what the daemon tells to what the kernel tells', async () => {
    const fake = await daemon()
    const file = join(directory, 'joined.json')
    expect(await cnmtop(['snapshot', '-o', file, ...only, '--docker-host', fake.socket])).toMatchObject({
      code: 0,
    })
    const snapshot = read(file)
    expect(snapshotSchema.safeParse(snapshot).error).toBeUndefined()
    expect(snapshot.docker).toMatchObject({ host: `unix://${fake.socket}`, version: { ApiVersion: '1.45' } })
    expect(snapshot.sources.filter(({ source }) => source.startsWith('docker.'))).toHaveLength(8)
    const listed = await cnmtop(['ls', 'services', '--from-snapshot', file])
    expect(listed.stdout).toMatch(/ web +replicated +3\/3 /)
  })

  it('asks nobody with --no-docker', async () => {
    const fake = await daemon()
    const file = join(directory, 'alone.json')
    await cnmtop(['snapshot', '-o', file, ...only, '--no-docker'], { DOCKER_HOST: `unix://${fake.socket}` })
    expect(read(file)).not.toHaveProperty('docker')
    expect(read(file).sources.filter(({ source }) => source.startsWith('docker'))).toEqual([])
    expect(fake.requests).toEqual([])
    const { code, stderr } = await cnmtop(['ls', 'services', '--from-snapshot', file])
    expect(stderr).toBe('cnmtop: services: this snapshot holds nothing of them\n')
    expect(code).toBe(5)
  })

  it('of a hung daemon holds what the kernel tells, and says it once', async () => {
    const fake = await daemon()
    fake.behave(/./, 'hang')
    const file = join(directory, 'hung.json')
    const { code, stderr } = await cnmtop(['snapshot', '-o', file, '--timeout', '0.5'], {
      DOCKER_HOST: `unix://${fake.socket}`,
    })
    expect(code).toBe(0)
    expect(
      stderr.match(/docker\.version, .*: timeout: the daemon did not answer within 0\.5 s\n/),
    ).toHaveLength(1)
    expect(read(file).namespaces.length).toBeGreaterThan(0)
    expect(read(file)).not.toHaveProperty('docker')
  })

  it('ends with 5 when the daemon that was named is not there, and is written', async () => {
    const file = join(directory, 'nobody.json')
    const { code, stderr } = await cnmtop(['snapshot', '-o', file, ...only, '--docker-host', '/nowhere.sock'])
    expect(stderr).toContain('docker: nothing is at unix:///nowhere.sock')
    expect(code).toBe(5)
    expect(read(file)).toMatchObject({ format: 'cnmtop.snapshot' })
  })

  it('is silent where there is no Docker', async () => {
    const file = join(directory, 'without.json')
    const { code, stderr } = await cnmtop(['snapshot', '-o', file, ...only], {
      DOCKER_HOST: 'unix:///nowhere.sock',
    })
    expect(code).toBe(0)
    expect(stderr).not.toContain('docker')
  })
})
