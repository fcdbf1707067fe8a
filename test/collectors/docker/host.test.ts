import { createHash } from 'node:crypto'
import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { parseDockerHost, resolveDockerHost } from '../../../src/collectors/docker/host.ts'
import { knownKeys } from '../../../src/collectors/docker/known-hosts.ts'
import { chooseApiVersion } from '../../../src/collectors/docker/version.ts'
import { needs } from '../../support/needs.ts'

const home = mkdtempSync(join(tmpdir(), 'cnmtop-home-'))
afterAll(() => rmSync(home, { recursive: true, force: true }))
const dotDocker = join(home, '.docker')
mkdirSync(dotDocker)

describe('an address', () => {
  it.each([
    ['unix:///run/d.sock', { kind: 'unix', path: '/run/d.sock', text: 'unix:///run/d.sock' }],
    ['/run/d.sock', { kind: 'unix', path: '/run/d.sock', text: 'unix:///run/d.sock' }],
    ['tcp://node1:1234', { kind: 'tcp', hostname: 'node1', port: 1234, text: 'tcp://node1:1234' }],
    ['tcp://node1', { kind: 'tcp', hostname: 'node1', port: 2375, text: 'tcp://node1:2375' }],
    ['node1:80', { kind: 'tcp', hostname: 'node1', port: 80, text: 'tcp://node1:80' }],
    ['10.0.0.1:1234', { kind: 'tcp', hostname: '10.0.0.1', port: 1234, text: 'tcp://10.0.0.1:1234' }],
    ['tcp://[fd00::1]:99', { kind: 'tcp', hostname: 'fd00::1', port: 99, text: 'tcp://[fd00::1]:99' }],
    [
      'https://node1',
      { kind: 'tcp', hostname: 'node1', port: 2376, tls: { verify: true }, text: 'tcp://node1:2376' },
    ],
    [
      'ssh://node1',
      { kind: 'ssh', hostname: 'node1', port: 22, user: undefined, path: undefined, text: 'ssh://node1' },
    ],
    [
      'ssh://me:hunter2@node1:2222/run/d.sock',
      {
        kind: 'ssh',
        hostname: 'node1',
        port: 2222,
        user: 'me',
        path: '/run/d.sock',
        text: 'ssh://me@node1:2222/run/d.sock',
      },
    ],
  ])('%s is read', (text, expected) => {
    expect(parseDockerHost(text)).toEqual(expected)
  })

  it.each([
    '',
    'unix://',
    'unix://relative',
    'foo://bar',
    'tcp://',
    'ssh://',
    'tcp://a:b',
    'tcp://a b',
    'tcp://%zz',
    'ssh://%zz@h',
  ])("'%s' is none", text => {
    expect(() => parseDockerHost(text)).toThrow('is no address of a Docker daemon')
  })
})

describe('the daemon', () => {
  const env = { HOME: home }
  const context = (name: string, endpoint: unknown): void => {
    const id = createHash('sha256').update(name).digest('hex')
    mkdirSync(join(dotDocker, 'contexts/meta', id), { recursive: true })
    writeFileSync(
      join(dotDocker, 'contexts/meta', id, 'meta.json'),
      JSON.stringify({ Name: name, Endpoints: { docker: endpoint } }),
    )
    mkdirSync(join(dotDocker, 'contexts/tls', id, 'docker'), { recursive: true })
    writeFileSync(join(dotDocker, 'contexts/tls', id, 'docker/ca.pem'), 'CA')
  }
  context('far', { Host: 'tcp://far:2376', SkipTLSVerify: true })
  context('near', { Host: 'unix:///near.sock' })

  it('is at the usual socket', () => {
    expect(resolveDockerHost(undefined, env).text).toBe('unix:///var/run/docker.sock')
  })

  it('is asked also when the configuration of the docker command cannot be read', () => {
    const closed = mkdtempSync(join(home, 'closed-'))
    // Nobody can read a directory as a file, root neither.
    mkdirSync(join(closed, 'config.json'))
    expect(resolveDockerHost(undefined, { DOCKER_CONFIG: closed }).text).toBe('unix:///var/run/docker.sock')
    expect(resolveDockerHost('tcp://a:1', { DOCKER_CONFIG: closed }).text).toBe('tcp://a:1')
  })

  it('is the flag before DOCKER_HOST, DOCKER_CONTEXT and the current context', () => {
    writeFileSync(join(dotDocker, 'config.json'), '{"currentContext":"near"}')
    const all = { ...env, DOCKER_HOST: 'tcp://b:1', DOCKER_CONTEXT: 'far' }
    expect(resolveDockerHost('tcp://a:1', all).text).toBe('tcp://a:1')
    expect(resolveDockerHost(undefined, all).text).toBe('tcp://b:1')
    expect(resolveDockerHost(undefined, { ...env, DOCKER_CONTEXT: 'far' }).text).toBe('tcp://far:2376')
    expect(resolveDockerHost(undefined, env).text).toBe('unix:///near.sock')
    expect(resolveDockerHost(undefined, { ...env, DOCKER_CONTEXT: 'default' }).text).toBe(
      'unix:///var/run/docker.sock',
    )
  })

  it('of a context has the certificates of the context', () => {
    expect(resolveDockerHost(undefined, { ...env, DOCKER_CONTEXT: 'far' })).toMatchObject({
      tls: { verify: false, ca: Buffer.from('CA') },
    })
  })

  it('is the usual one when the configuration is broken', () => {
    writeFileSync(join(dotDocker, 'config.json'), '{"currentContext":')
    expect(resolveDockerHost(undefined, env).text).toBe('unix:///var/run/docker.sock')
  })

  it('is talked to with TLS as the environment says', () => {
    const certificates = join(home, 'certificates')
    mkdirSync(certificates)
    for (const name of ['ca.pem', 'cert.pem', 'key.pem']) writeFileSync(join(certificates, name), name)
    const files = {
      ca: Buffer.from('ca.pem'),
      cert: Buffer.from('cert.pem'),
      key: Buffer.from('key.pem'),
    }
    const tls = (more: Record<string, string>): unknown => {
      const address = resolveDockerHost('tcp://a:1', { ...env, DOCKER_CERT_PATH: certificates, ...more })
      return address.kind === 'tcp' ? address.tls : undefined
    }
    expect(tls({})).toBeUndefined()
    expect(tls({ DOCKER_TLS_VERIFY: '' })).toBeUndefined()
    expect(tls({ DOCKER_TLS_VERIFY: '1' })).toEqual({ verify: true, ...files })
    expect(tls({ DOCKER_TLS: '1' })).toEqual({ verify: false, ...files })
  })
})

describe('the API version', () => {
  it.each([
    ['1.41', '1.12', '1.41'],
    ['1.45', '1.24', '1.45'],
    ['1.60', '1.44', '1.52'],
    ['2.1', '1.99', '1.99'],
    ['1.9', undefined, '1.9'],
    ['', undefined, undefined],
    ['latest', '1.24', undefined],
  ])('of a daemon of %s, at least %s, is %s', (ApiVersion, MinAPIVersion, expected) => {
    expect(chooseApiVersion({ Version: 'x', ApiVersion, MinAPIVersion })).toBe(expected)
  })
})

describe('a known_hosts file', () => {
  const text = [
    '# comment',
    'node1,10.0.0.1 ssh-ed25519 AAAA',
    '[node1]:2222 ssh-rsa BBBB',
    '*.example.org,!bad.example.org ecdsa-sha2-nistp256 CCCC',
    '@revoked node1 ssh-ed25519 DDDD',
    '@cert-authority * ssh-ed25519 EEEE',
    'broken',
  ].join('\n')

  it.each([
    ['node1', 22, ['AAAA', 'DDDD']],
    ['10.0.0.1', 22, ['AAAA']],
    ['node1', 2222, ['BBBB']],
    ['NODE1', 22, ['AAAA', 'DDDD']],
    ['good.example.org', 22, ['CCCC']],
    ['bad.example.org', 22, []],
    ['nodex', 22, []],
  ])('has for %s port %i the keys %j', (hostname, port, keys) => {
    expect(knownKeys(text, hostname, port).map(({ key }) => key.toString('base64'))).toEqual(keys)
  })

  it('may hold names as ssh-keygen hashes them', needs('program:ssh-keygen'), () => {
    const file = join(home, 'known_hosts')
    const key = execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', `${file}.key`, '-C', ''])
    expect(key.toString()).toBe('')
    const [type = '', base64 = ''] = readFileSync(`${file}.key.pub`, 'utf8').trim().split(' ')
    writeFileSync(file, `node1,[node2]:2222 ${type} ${base64}\n`)
    execFileSync('ssh-keygen', ['-q', '-H', '-f', file], { stdio: 'ignore' })
    const hashed = readFileSync(file, 'utf8')
    expect(hashed).not.toContain('node1')
    const expected = [{ type, key: Buffer.from(base64, 'base64'), isRevoked: false }]
    expect(knownKeys(hashed, 'node1', 22)).toEqual(expected)
    expect(knownKeys(hashed, 'node2', 2222)).toEqual(expected)
    expect(knownKeys(hashed, 'node2', 22)).toEqual([])
  })

  it('tells a revoked key', () => {
    expect(knownKeys(text, 'node1', 22).map(({ isRevoked }) => isRevoked)).toEqual([false, true])
  })
})
