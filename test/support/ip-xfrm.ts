import type { XfrmPolicy, XfrmState } from '../../src/snapshot/index.ts'

/** Reads what `ip -s xfrm state` and `ip xfrm policy` print into the rows of a snapshot, and makes random ones. */

const isWildcard = (selector: string): boolean => /^src \S+\/0 dst \S+\/0$/.test(selector)
const familyOf = (address: string): 'inet' | 'inet6' => (address.includes(':') ? 'inet6' : 'inet')

/** Blocks begin at the margin; their other lines are indented. */
function blocks(text: string): string[][] {
  return text
    .split(/\n(?=\S)/)
    .filter(Boolean)
    .map(block => block.split('\n').map(line => line.trim()))
}

/** The word behind `key`. */
function after(words: readonly string[], key: string): string | undefined {
  const at = words.indexOf(key)
  return at < 0 ? undefined : words[at + 1]
}

export function parseStates(text: string): XfrmState[] {
  return blocks(text).map(lines => {
    const line = (key: string): string[] | undefined =>
      lines.find(candidate => candidate.startsWith(`${key} `))?.split(/\s+/)
    const [, src, , dst] = lines[0]!.split(' ') as [string, string, string, string]
    const proto = line('proto')!
    const flags = /flag(.*)\(0x/.exec(lines.find(candidate => candidate.startsWith('replay-window'))!)![1]!
    const current = lines[lines.indexOf('lifetime current:') + 1]!
    const [, bytes, packets] = /(\d+)\(bytes\), (\d+)\(packets\)/.exec(current)!
    const row: XfrmState = {
      family: familyOf(src),
      src,
      dst,
      proto: after(proto, 'proto')!,
      spi: after(proto, 'spi')!.replace(/\(.*/, ''),
      reqid: Number.parseInt(after(proto, 'reqid')!, 10),
      mode: after(proto, 'mode')!,
      flags: flags.split(' ').filter(Boolean),
      bytes: bytes!,
      packets: packets!,
    }
    const mark = line('mark')?.[1]
    if (mark !== undefined) row.mark = mark
    // Behind the mark on its line, where there is one.
    const outputMark = /\boutput-mark (\S+)/.exec(lines.join('\n'))?.[1]
    if (outputMark !== undefined) row['output-mark'] = outputMark
    const ifId = line('if_id')?.[1]
    if (ifId !== undefined) row.if_id = ifId
    const aead = line('aead')
    if (aead) row.aead = `${aead[1]} ${aead.at(-1)}`
    const truncated = line('auth-trunc')
    const auth = line('auth')
    if (truncated) row.auth = `${truncated[1]} ${truncated.at(-1)}`
    else if (auth) row.auth = auth[1]!
    const enc = line('enc')
    if (enc) row.enc = enc[1]!
    const comp = line('comp')
    if (comp) row.comp = comp[1]!
    const encap = lines.find(candidate => candidate.startsWith('encap '))
    if (encap !== undefined) row.encap = encap.slice('encap '.length)
    const sel = lines.find(candidate => candidate.startsWith('sel '))?.replace(/^sel | uid 0$/g, '')
    if (sel !== undefined && !isWildcard(sel)) row.sel = sel
    return row
  })
}

export function parsePolicies(text: string): XfrmPolicy[] {
  return blocks(text).map(lines => {
    const selector = lines[0]!.split(/\s+/)
    const direction = lines.find(line => /^(dir|socket) /.test(line))!.split(/\s+/)
    const number = (key: string): number | undefined => {
      const value = after(selector, key)
      return value === undefined ? undefined : Number(value)
    }
    const src = after(selector, 'src')!
    const proto = after(selector, 'proto')
    const dev = after(selector, 'dev')
    const sport = number('sport') ?? number('type')
    const dport = number('dport') ?? number('code')
    const mark = lines.find(line => line.startsWith('mark '))?.split(/\s+/)[1]
    const ifId = lines.find(line => line.startsWith('if_id '))?.split(/\s+/)[1]
    return {
      family: familyOf(src),
      src,
      dst: after(selector, 'dst')!,
      ...(proto === undefined ? {} : { proto }),
      ...(sport === undefined ? {} : { sport }),
      ...(dport === undefined ? {} : { dport }),
      ...(dev === undefined ? {} : { dev }),
      dir: direction[0] === 'dir' ? direction[1]! : direction.slice(0, 2).join(' '),
      action: direction.includes('block') ? 'block' : 'allow',
      priority: Number(after(direction, 'priority')),
      ptype: after(direction, 'ptype')!,
      ...(mark === undefined ? {} : { mark }),
      ...(ifId === undefined ? {} : { if_id: ifId }),
      templates: parseTemplates(lines),
    }
  })
}

/** `tmpl src … dst …`, `proto … reqid … mode …`, and sometimes `level use`. */
function parseTemplates(lines: readonly string[]): XfrmPolicy['templates'] {
  return lines.flatMap((line, index) => {
    if (!line.startsWith('tmpl ')) return []
    const words = line.split(/\s+/)
    const details = lines[index + 1]!.split(/\s+/)
    const spi = after(details, 'spi')
    return {
      src: after(words, 'src')!,
      dst: after(words, 'dst')!,
      proto: after(details, 'proto')!,
      ...(spi === undefined ? {} : { spi }),
      reqid: Number(after(details, 'reqid')),
      mode: after(details, 'mode')!,
      ...(lines[index + 2] === 'level use' ? { level: 'use' as const } : {}),
    }
  })
}

export type Pick = <Value>(values: readonly Value[]) => Value

const hosts = { 4: ['10.0.0.1', '10.0.0.2', '192.0.2.7'], 6: ['fd00::1', 'fd00::2', '2001:db8::7'] } as const
const nets = {
  4: ['10.0.0.0/8', '10.1.0.0/16', '192.0.2.7/32'],
  6: ['fd00::/16', '::/0', '2001:db8::7/128'],
} as const
const upper = ['', 'proto udp dport 4789', 'proto tcp sport 80', 'proto sctp sport 1 dport 65535', 'proto 47']
const key = (bytes: number): string => `0x${'5a'.repeat(bytes)}`

/** Lines for `ip -batch`, each for itself; some kernels refuse some of them. */
export function randomStates(pick: Pick, count: number): string[] {
  return Array.from({ length: count }, (_, index) => {
    const version = pick([4, 6] as const)
    const proto = pick(['esp', 'esp', 'esp', 'ah', 'comp'])
    const mode = proto === 'comp' ? pick(['tunnel', 'transport']) : pick(['tunnel', 'transport', 'transport'])
    const words = [
      `xfrm state add src ${pick(hosts[version])} dst ${pick(hosts[version])}`,
      `proto ${proto} spi ${256 + index} reqid ${pick([0, 1, 13681891, 4294967295])} mode ${mode}`,
      pick(['', 'flag noecn', 'flag esn replay-window 32', 'flag nopmtudisc', 'flag noecn nopmtudisc']),
      pick(['', '', 'mark 0xd0c4e3', 'mark 0x10 mask 0xff']),
    ]
    const authentication = pick([
      `auth hmac(sha1) ${key(20)}`,
      `auth-trunc hmac(sha256) ${key(32)} 128`,
      `auth-trunc hmac(sha256) ${key(32)} 96`,
    ])
    const encryption = pick([
      `enc cbc(aes) ${key(16)} ${authentication}`,
      `enc ecb(cipher_null) '' ${authentication}`,
    ])
    if (proto === 'comp') words.push('comp deflate')
    else if (proto === 'ah') words.push(authentication)
    else words.push(pick([`aead rfc4106(gcm(aes)) ${key(20)} ${pick([64, 96, 128])}`, encryption]))
    if (proto === 'esp' && version === 4) words.push(pick(['', 'encap espinudp 4500 4501 0.0.0.0']))
    words.push(pick(['', '', 'output-mark 0x5', 'output-mark 0x5 mask 0xf']))
    words.push(pick(['', '', `if_id ${pick([1, 77, 4294967295])}`]))
    words.push(pick(['', '', `sel src ${pick(nets[version])} dst ${pick(nets[version])} ${pick(upper)}`]))
    return words.filter(Boolean).join(' ')
  })
}

/** Lines for `ip -batch`. */
export function randomPolicies(pick: Pick, count: number): string[] {
  return Array.from({ length: count }, () => {
    const version = pick([4, 6] as const)
    const icmp = version === 4 ? 'proto icmp type 8 code 0' : 'proto ipv6-icmp type 128 code 0'
    const words = [
      `xfrm policy add src ${pick(nets[version])} dst ${pick(nets[version])}`,
      pick(['', '', 'dev lo']),
      pick([...upper, icmp]),
      `dir ${pick(['in', 'out', 'fwd'])}`,
      pick(['', '', 'mark 0xd0c4e3 mask 0xffffffff', 'mark 0x10 mask 0xff']),
      pick(['', '', 'action block']),
      pick(['', `priority ${pick([1, 77, 4294967295])}`]),
      pick(['', '', `if_id ${pick([1, 77, 4294967295])}`]),
    ]
    for (let left = pick([0, 1, 1, 2, 3]); left > 0; left--) {
      const template = `tmpl src ${pick(hosts[version])} dst ${pick(hosts[version])} proto ${pick(['esp', 'ah', 'comp'])}`
      words.push(
        template,
        pick(['', 'spi 0x100']),
        `reqid ${pick([0, 13681891])} mode ${pick(['tunnel', 'transport'])}`,
      )
      words.push(pick(['', 'level use', 'level required']))
    }
    return words.filter(Boolean).join(' ')
  })
}
