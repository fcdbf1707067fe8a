import { execFile, execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { type AddressInfo, connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import ssh2 from 'ssh2'
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import { createDockerClient } from '../../../src/collectors/docker/client.ts'
import { collectDocker } from '../../../src/collectors/docker/collect.ts'
import { resolveDockerHost } from '../../../src/collectors/docker/host.ts'
import { type FakeDocker, fakeDocker } from '../../support/fake-docker.ts'
import { needs } from '../../support/needs.ts'
import { program } from '../../support/program.ts'

const home = mkdtempSync(join(tmpdir(), 'cnmtop-home-'))
afterAll(() => rmSync(home, { recursive: true, force: true }))

const ends: (() => Promise<void> | void)[] = []
afterEach(async () => {
  vi.unstubAllEnvs()
  for (const end of ends.splice(0).toReversed()) await end()
})

/** Status and reason of each source of a daemon, and how many containers it told. */
async function ask(host: string, env: Record<string, string> = {}): Promise<[string[], number | undefined]> {
  const client = await createDockerClient(resolveDockerHost(host, { HOME: home, ...env }))
  ends.push(client.close)
  const { docker, sources } = await collectDocker(client, { callMs: 20_000 })
  const told = sources.map(({ status, reason }) => (reason === undefined ? status : `${status}: ${reason}`))
  return [[...new Set(told)], docker?.containers?.length]
}

describe('over TLS', needs('program:openssl'), () => {
  const openssl = (...words: string[]): void => {
    execFileSync('openssl', words, { cwd: home, stdio: 'ignore' })
  }
  beforeAll(() => {
    const subject = ['-nodes', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256']
    openssl('req', '-x509', ...subject, '-keyout', 'ca-key.pem', '-out', 'ca.pem', '-subj', '/CN=test CA')
    writeFileSync(join(home, 'extensions'), 'subjectAltName=IP:127.0.0.1\n')
    for (const name of ['server', 'client']) {
      openssl('req', ...subject, '-keyout', `${name}-key.pem`, '-out', `${name}.csr`, '-subj', `/CN=${name}`)
      const signed = ['-CA', 'ca.pem', '-CAkey', 'ca-key.pem', '-CAcreateserial', '-extfile', 'extensions']
      openssl('x509', '-req', '-in', `${name}.csr`, ...signed, '-out', `${name}-cert.pem`)
    }
    mkdirSync(join(home, 'certificates'))
    const into = (from: string, to: string): void =>
      writeFileSync(join(home, 'certificates', to), readFileSync(join(home, from)))
    into('ca.pem', 'ca.pem')
    into('client-cert.pem', 'cert.pem')
    into('client-key.pem', 'key.pem')
  })
  const certificates = { DOCKER_CERT_PATH: join(home, 'certificates') }

  async function daemon(): Promise<FakeDocker> {
    const text = (name: string): string => readFileSync(join(home, name), 'utf8')
    const tls = { key: text('server-key.pem'), cert: text('server-cert.pem'), ca: text('ca.pem') }
    const fake = await fakeDocker('26.1-manager', tls)
    ends.push(fake.close)
    return fake
  }

  it('a daemon is asked with the certificates of DOCKER_CERT_PATH', async () => {
    const fake = await daemon()
    expect(await ask(`tcp://${fake.socket}`, { ...certificates, DOCKER_TLS_VERIFY: '1' })).toEqual([
      ['ok'],
      4,
    ])
  })

  it('a daemon of an unknown authority is not asked', async () => {
    const fake = await daemon()
    const [told] = await ask(`tcp://${fake.socket}`, { DOCKER_TLS_VERIFY: '1' })
    expect(told).toEqual([
      expect.stringMatching(/^unavailable: the TLS connection to .* failed: .*DOCKER_CERT_PATH/),
    ])
    expect(fake.requests).toEqual([])
  })

  it('that the daemon asks for and does not get is told', async () => {
    const fake = await daemon()
    const [told] = await ask(`tcp://${fake.socket}`, certificates)
    expect(told).toEqual([expect.stringMatching(/^unavailable: /)])
  })
})

describe('over SSH', () => {
  const hostKey = ssh2.utils.generateKeyPairSync('ed25519')
  const userKey = ssh2.utils.generateKeyPairSync('ed25519')
  const commands: string[] = []

  /** A far host with a daemon; gives its port. */
  async function farHost(fake: FakeDocker): Promise<{ port: number; connections: () => number }> {
    let connections = 0
    const wanted = ssh2.utils.parseKey(userKey.public)
    if (wanted instanceof Error) throw wanted
    const server = new ssh2.Server({ hostKeys: [hostKey.private] }, client => {
      connections++
      client.on('error', () => {})
      client.on('authentication', context => {
        if (context.method !== 'publickey') return context.reject(['publickey'])
        const isRight = context.username === 'operator' && context.key.data.equals(wanted.getPublicSSH())
        if (isRight) context.accept()
        else context.reject()
      })
      client.on('session', accept =>
        accept().on('exec', (acceptExec, _, { command }) => {
          commands.push(command)
          const channel = acceptExec()
          const socket = connect(fake.socket)
          socket.on('error', () => channel.close())
          socket.pipe(channel).pipe(socket)
        }),
      )
    })
    await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
    ends.push(() => void server.close())
    return { port: (server.address() as AddressInfo).port, connections: () => connections }
  }

  async function daemon(): Promise<FakeDocker> {
    const fake = await fakeDocker('26.1-manager')
    ends.push(fake.close)
    vi.stubEnv('HOME', home)
    vi.stubEnv('SSH_AUTH_SOCK', '')
    mkdirSync(join(home, '.ssh'), { recursive: true })
    writeFileSync(join(home, '.ssh/id_ed25519'), userKey.private)
    return fake
  }

  function know(port: number, key: string): void {
    writeFileSync(join(home, '.ssh/known_hosts'), `[127.0.0.1]:${port} ${key}\n`)
  }

  it('a daemon is asked through one connection, as the docker command does', async () => {
    const fake = await daemon()
    const { port, connections } = await farHost(fake)
    know(port, hostKey.public)
    commands.length = 0
    expect(await ask(`ssh://operator@127.0.0.1:${port}`)).toEqual([['ok'], 4])
    expect(connections()).toBe(1)
    expect(new Set(commands)).toEqual(new Set(['docker system dial-stdio']))
  })

  it('the bundled program asks a daemon', async () => {
    const fake = await daemon()
    const { port } = await farHost(fake)
    know(port, hostKey.public)
    const words = [program, 'ls', 'containers', '--json', '--docker-host', `ssh://operator@127.0.0.1:${port}`]
    const { stdout } = await promisify(execFile)(process.execPath, words)
    expect(JSON.parse(stdout)).toHaveLength(4)
  })

  it('the far path of the socket is one word for the far shell', async () => {
    const fake = await daemon()
    const { port } = await farHost(fake)
    know(port, hostKey.public)
    commands.length = 0
    await ask(`ssh://operator@127.0.0.1:${port}/run/d.sock;reboot`)
    expect(commands[0]).toBe("docker --host 'unix:///run/d.sock;reboot' system dial-stdio")
  })

  it.each([
    ['is not known', '', 'its host key is not in known_hosts: connect once with ssh'],
    ['has another key', userKey.public, 'its host key is not the one in known_hosts'],
  ])('a host that %s is not talked to', async (_, key, reason) => {
    const fake = await daemon()
    const { port } = await farHost(fake)
    if (key === '') rmSync(join(home, '.ssh/known_hosts'), { force: true })
    else know(port, key)
    const [told] = await ask(`ssh://operator@127.0.0.1:${port}`)
    expect(told).toEqual([`unavailable: 127.0.0.1 is not trusted: ${reason}`])
    expect(fake.requests).toEqual([])
  })

  it('a host that takes no key says so', async () => {
    const fake = await daemon()
    const { port } = await farHost(fake)
    know(port, hostKey.public)
    const [told] = await ask(`ssh://other@127.0.0.1:${port}`)
    expect(told).toEqual([
      'unavailable: 127.0.0.1 takes no key of the SSH agent or of ~/.ssh (id_ed25519, id_ecdsa, id_rsa)',
    ])
  })
})
