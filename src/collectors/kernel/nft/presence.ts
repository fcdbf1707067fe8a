import { existsSync, readFileSync } from 'node:fs'
import { release } from 'node:os'

/**
 * Whether the kernel has nf_tables already, told without asking nf_tables.
 *
 * A request must not load a module (design: it changes nothing by looking), and two of ours could: opening a socket of
 * NETLINK_NETFILTER loads nfnetlink (`net-pf-16-proto-12`, netlink_create in af_netlink.c), and a message for a
 * subsystem that is not registered loads it (`nfnetlink-subsys-10`, nfnetlink_rcv_msg in nfnetlink.c). Once nf_tables is
 * there, no GET request loads anything: only NEW requests look for families, chain types, expressions and object
 * types with autoload (nf_tables_api.c).
 *
 * - `present`: ask. Either it is loaded or built in, or this kernel cannot load modules at all, so that asking is safe.
 * - `absent`: do not ask; there can be no tables.
 * - `unknown`: do not ask; nothing says whether there are tables.
 */
export function nfTablesPresence(root = ''): 'present' | 'absent' | 'unknown' {
  // A loaded module can be unloaded again, so this is looked at every time; the rest cannot change before a reboot.
  if (existsSync(`${root}/sys/module/nf_tables`)) return 'present'
  const known = builtIn.get(root) ?? builtInPresence(root)
  builtIn.set(root, known)
  return known
}

const builtIn = new Map<string, 'present' | 'absent' | 'unknown'>()

function builtInPresence(root: string): 'present' | 'absent' | 'unknown' {
  // Without CONFIG_MODULES there is no such file, and request_module does nothing.
  if (existsSync(`${root}/proc/sys`) && !existsSync(`${root}/proc/modules`)) return 'present'
  if (readText(`${root}/proc/sys/kernel/modules_disabled`)?.trim() === '1') return 'present'
  const list = readText(`${root}/lib/modules/${release()}/modules.builtin`)
  if (list !== undefined) return list.includes('/nf_tables.ko') ? 'present' : 'absent'
  // In a container there is no /lib/modules. Names of symbols can be read even where addresses are hidden.
  const symbols = readText(`${root}/proc/kallsyms`)
  if (!symbols) return 'unknown'
  return symbols.includes(' nft_do_chain\n') ? 'present' : 'absent'
}

function readText(path: string): string | undefined {
  try {
    return readFileSync(path, 'latin1')
  } catch {
    return undefined
  }
}
