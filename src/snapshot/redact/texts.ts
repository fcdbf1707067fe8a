import { english } from './english.ts'
import type { Kind } from './names.ts'
import { options } from './options.ts'
import { addressesIn, type Tokens } from './tokens.ts'

/** Options of iptables whose value is anybody's text, and may look like an option. */
const textOptions = new Set(['--comment', '--log-prefix', '--nflog-prefix', '--string', '--name', '--path'])

const kindsOfOptions: Readonly<Record<string, Kind>> = {
  '-A': 'chain',
  '-j': 'chain',
  '-g': 'chain',
  '-i': 'if',
  '-o': 'if',
  '--match-set': 'set',
  '--physdev-in': 'if',
  '--physdev-out': 'if',
  '--name': 'set',
}

/** A line of iptables-save or ipvsadm-save: its words, with iptables' quotes. */
export function ruleText(text: string, tokens: Tokens): string {
  let option = ''
  return text.replaceAll(/"(?:[^"\\]|\\.)*"|\S+/g, written => {
    const isQuoted = written.startsWith('"')
    if (!isQuoted && written.startsWith('-') && !textOptions.has(option)) {
      option = written
      const isKnown = !written.startsWith('--') || options.has(written.slice(2))
      return isKnown ? written : `--${tokens.name(written.slice(2), 'option')}`
    }
    const kind = kindsOfOptions[option] ?? 'text'
    const plain = isQuoted ? written.slice(1, -1).replaceAll(/\\(.)/g, '$1') : written
    const made = textOptions.has(option) ? tokens.name(plain, kind) : tokens.word(plain, kind)
    // `-p tcp`, but also `--match-set NAME src`: only the first word is of the option's kind.
    option = ''
    return isQuoted ? quote(made) : made
  })
}

/** As xtables_save_string of libxtables. */
function quote(value: string): string {
  return /^[\w-]+$/.test(value) ? value : `"${value.replaceAll(/["'\\]/g, String.raw`\$&`)}"`
}

/** A rule, an element of a set: nft's own text. */
export function nftText(text: string, tokens: Tokens): string {
  let before = ''
  return text.replaceAll(/"(?:[^"\\]|\\.)*"|[^\s{},"]+/g, written => {
    const kind = kindAfter(before)
    before = written
    if (written.startsWith('"')) return `"${tokens.word(written.slice(1, -1), kind)}"`
    if (written.startsWith('@'))
      return written.includes(',') ? written : `@${tokens.name(written.slice(1), 'set')}`
    return /^[^\w@]+$/.test(written) ? written : tokens.word(written, kind)
  })
}

function kindAfter(word: string): Kind {
  if (word === 'jump' || word === 'goto') return 'chain'
  return /(?:if|iif|oif|br)name$/.test(word) ? 'if' : 'text'
}

/** `/var/run/docker/netns/1-i6xug49nwd`: directories that every node has stay. */
export function pathText(path: string, tokens: Tokens): string {
  return path
    .split('/')
    .map(part => (directories.has(part) || /^\d+$/.test(part) ? part : tokens.name(part, 'path')))
    .join('/')
}

const directories = new Set(
  `. .. var run docker docker.sock netns proc sys net self ns thread-self task lib etc tmp dev root home snap
  user bus containerd sandbox ingress_sbox default nf_conntrack ipv4 ipv6 conf neigh class bridge tcp tcp6 udp udp6
  ip_vs ip_tables_names ip6_tables_names sockets netfilter devices virtual fd stdout null`.split(/\s+/),
)

/** `registry.example/team/app:1.2@sha256:…` is `image-k3f9a:tag-x2b7q@sha256:…`; `latest` stays. */
export function imageText(image: string, tokens: Tokens): string {
  const [, name = '', tag, digest] = /^(.*?)(?::([\w.-]+))?(?:@(.+))?$/.exec(image) ?? []
  const isDigest = /^sha256$/.test(name) && tag !== undefined
  if (isDigest) return `sha256:${tokens.id(tag)}`
  const mappedTag = tag === undefined ? '' : `:${tag === 'latest' ? tag : tokens.name(tag, 'tag')}`
  const mappedDigest = digest === undefined ? '' : `@${digestText(digest, tokens)}`
  return (name === '' ? '' : tokens.name(name, 'image')) + mappedTag + mappedDigest
}

function digestText(digest: string, tokens: Tokens): string {
  const [algorithm, hash] = digest.split(':')
  return hash === undefined ? tokens.id(digest) : `${algorithm}:${tokens.id(hash)}`
}

/** `unix:///var/run/docker.sock`, `tcp://10.0.0.1:2376`, `ssh://me@swarm-node1`. */
export function urlText(url: string, tokens: Tokens): string {
  const [, scheme, authority = '', path = ''] = /^([a-z]+:\/\/)([^/]*)(.*)$/.exec(url) ?? []
  if (scheme === undefined) return tokens.word(url)
  const [, user, host = '', port = ''] = /^(?:([^@]*)@)?(\[[^\]]*\]|[^:]*)(:\d+)?$/.exec(authority) ?? []
  const mappedUser = user === undefined ? '' : `${tokens.name(user, 'user')}@`
  return scheme + mappedUser + (host === '' ? '' : tokens.word(host, 'host')) + port + pathText(path, tokens)
}

const pieces =
  /[a-z]+:\/\/[^\s'",;]+|\/[\w.@/-]+|(?:[0-9a-f]*:){2,}[0-9a-f:.]*(?:\/\d+)?|\d+\.\d+\.\d+\.\d+(?:\/\d+)?(?::\d+)?|[\p{L}\p{N}_][\p{L}\p{N}_.:/@-]*[\p{L}\p{N}_]|[\p{L}\p{N}_]/giu

/** A sentence, ours or Docker's: words that everybody uses stay, and all others become pseudonyms. */
export function sentence(text: string, tokens: Tokens): string {
  return text.replaceAll(pieces, piece => pieceText(piece, tokens))
}

function pieceText(piece: string, tokens: Tokens): string {
  if (/^[a-z]+:\/\//.test(piece)) return urlText(piece, tokens)
  if (tokens.isNoted(piece)) return tokens.name(piece, 'text')
  if (piece.startsWith('/')) return pathText(piece, tokens)
  if (english.has(piece.toLowerCase()) || /^\d+(?:ms|[smhd]|[kmg]?b|%)?$/i.test(piece)) return piece
  const address = addressesIn(piece, tokens.addresses)
  if (address !== undefined) return address
  if (tokens.isNoted(piece.replace(/:[\w.-]+$/, ''))) return imageText(piece, tokens)
  const parts = piece.split(/([:/@])/)
  if (parts.length > 1)
    return parts.map(part => (/^[:/@]?$/.test(part) ? part : pieceText(part, tokens))).join('')
  const joined = piece.split(/[.-]/)
  const isKnown =
    joined.length > 1 && joined.every(part => /^\d*$/.test(part) || english.has(part.toLowerCase()))
  return isKnown ? piece : tokens.word(piece)
}

/** `6.1.0-18-amd64`, `26.1.5+dfsg1`: versions and what everybody builds stay; another word may be somebody's name. */
export function releaseText(release: string, tokens: Tokens): string {
  const parts = release.split(/([-+_~ .])/)
  return parts.map(part => (isRelease(part) ? part : tokens.word(part))).join('')
}

function isRelease(part: string): boolean {
  return (
    /^(?:v?\d+\w{0,3}|[-+_~ .]?)$/.test(part) || english.has(part.toLowerCase().replace(/\d+(?:u\d+)?$/, ''))
  )
}

/** `node.labels.zone==east`, `node.role != manager`. */
export function constraintText(constraint: string, tokens: Tokens): string {
  const [, left = '', operator = '', right = ''] = /^\s*([^=!]*?)(\s*[=!]=\s*)(.*)$/.exec(constraint) ?? []
  if (operator === '') return sentence(constraint, tokens)
  const labelled = /^((?:node|engine)\.labels\.)(.+)$/.exec(left)
  const known = /^(?:node\.(?:id|hostname|ip|role|platform\.(?:os|arch))|[\w.]+)$/.test(left) && !labelled
  const mapped = labelled
    ? labelled[1] + tokens.name(labelled[2]!, 'label')
    : known
      ? sentence(left, tokens)
      : tokens.word(left)
  return mapped + operator + tokens.word(right, 'value')
}
