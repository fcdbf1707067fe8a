import type { Random } from '../random.ts'
import { type NativeRules, randomNative } from './native-rules.ts'
import type { Router } from './router.ts'
import { emptyTable, randomTable, type RuleWords } from './rule-set.ts'
import { words4 } from './rule-words.ts'
import { words6 } from './rule-words6.ts'

const families = {
  inet: { program: 'iptables', words: words4, ip: 'ip', tables: ['ip'] },
  inet6: { program: 'ip6tables', words: words6, ip: 'ip6', tables: ['ip6', 'inet'] },
} as const satisfies Record<
  string,
  {
    readonly program: string
    readonly words: RuleWords
    readonly ip: 'ip' | 'ip6'
    readonly tables: readonly ('ip' | 'ip6' | 'inet')[]
  }
>

/**
 * Puts a random rule set of either back end of iptables, of both, or of nft's own into the router, beside the table of the witness.
 *
 * @param options `wants`: rules that are left out otherwise
 * @returns the back ends, for messages
 */
export function installRules(
  router: Router,
  random: Random,
  witness: string,
  {
    wants = () => true,
    family = 'inet',
  }: { readonly wants?: (rule: string) => boolean; readonly family?: keyof typeof families } = {},
): string {
  const { program, words, ip, tables } = families[family]
  router.run('nft', ['-f', '-'], `flush ruleset\n${witness}`)
  const backends = random.pick([
    ['nft'],
    ['nft'],
    ['legacy'],
    ['legacy'],
    ['nft', 'legacy'],
    ['native'],
    ['native'],
    ['native', 'legacy'],
  ])
  for (const backend of ['nft', 'legacy']) {
    for (const table of iptablesTables) {
      const isUsed = backends.includes(backend) && random.chance(0.75)
      // Legacy tables stay: what an earlier rule set has left is cleared.
      const restoring = `${program}-${backend}-restore`
      if (isUsed) restore(router, restoring, only(randomTable(random, table, words), wants))
      else if (backend === 'legacy') restore(router, restoring, emptyTable(table))
    }
  }
  if (backends.includes('native')) loadNative(router, randomNative(random, random.pick(tables)))
  const isOdd = backends.includes('nft') && random.chance(0.3)
  if (isOdd) router.run('nft', ['-f', '-'], iptablesTables.map(table => oddChain(ip, table)).join('\n'))
  return `${backends.join('+')}${isOdd ? ', odd' : ''}`
}

const iptablesTables = ['raw', 'mangle', 'nat', 'filter', 'security']

/** A chain that iptables would not make: its rules in that table are then rules of nft, with matches and targets of xtables. */
function oddChain(ip: 'ip' | 'ip6', table: string): string {
  return `add table ${ip} ${table}\nadd chain ${ip} ${table} odd { type filter hook input priority 7; }`
}

function only(table: string, wants: (rule: string) => boolean): string {
  return table
    .split('\n')
    .filter(line => !line.startsWith('-A') || wants(line))
    .join('\n')
}

/** Rules that are refused, by iptables or by the kernel, are left out. */
function restore(router: Router, program: string, table: string): void {
  const load = (text: string, ...options: string[]): boolean => {
    try {
      router.run(program, options, text)
      return true
    } catch {
      return false
    }
  }
  if (load(table)) return
  const lines = table.split('\n')
  load(lines.filter(line => !line.startsWith('-A')).join('\n'))
  for (const rule of lines.filter(line => line.startsWith('-A')))
    load(`${lines[0]}\n${rule}\nCOMMIT\n`, '--noflush')
}

/** Rules of nft that are refused are left out as well. */
function loadNative(router: Router, { chains, rules }: NativeRules): void {
  const load = (text: string): boolean => {
    try {
      router.run('nft', ['-f', '-'], text)
      return true
    } catch {
      return false
    }
  }
  if (load(`${chains}${rules.join('\n')}\n`)) return
  router.run('nft', ['-f', '-'], chains)
  for (const rule of rules) load(`${rule}\n`)
}
