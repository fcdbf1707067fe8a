import { createHmac } from 'node:crypto'

/** What a known_hosts file says of a host: `key` is as on the wire. */
export type KnownKey = { readonly type: string; readonly key: Buffer; readonly isRevoked: boolean }

/**
 * The keys of a host in a known_hosts file (sshd(8), "SSH_KNOWN_HOSTS FILE FORMAT"): plain names, patterns, hashed names, `@revoked`.
 * Lines of certificate authorities and lines that cannot be read are left out.
 *
 * @param port is part of the name unless it is 22
 */
export function knownKeys(text: string, hostname: string, port: number): KnownKey[] {
  const name = port === 22 ? hostname.toLowerCase() : `[${hostname.toLowerCase()}]:${port}`
  return text.split('\n').flatMap(line => {
    const words = line.trim().split(/\s+/)
    const marker = words[0]?.startsWith('@') ? words.shift() : undefined
    const [hosts = '', type = '', key = ''] = words
    if (hosts.startsWith('#') || key === '' || (marker !== undefined && marker !== '@revoked')) return []
    if (!isNamed(hosts, name)) return []
    return [{ type, key: Buffer.from(key, 'base64'), isRevoked: marker !== undefined }]
  })
}

function isNamed(hosts: string, name: string): boolean {
  if (hosts.startsWith('|1|')) {
    const [, , salt = '', hash = ''] = hosts.split('|')
    return createHmac('sha1', Buffer.from(salt, 'base64')).update(name).digest('base64') === hash
  }
  const patterns = hosts.toLowerCase().split(',')
  const fits = (pattern: string): boolean => matches(pattern, name)
  if (patterns.some(pattern => pattern.startsWith('!') && fits(pattern.slice(1)))) return false
  return patterns.some(fits)
}

/** `*` stands for any text, `?` for one character. */
function matches(pattern: string, name: string): boolean {
  const source = pattern.replaceAll(/[.+^${}()|[\]\\]/g, String.raw`\$&`)
  return new RegExp(`^${source.replaceAll('*', '.*').replaceAll('?', '.')}$`).test(name)
}
