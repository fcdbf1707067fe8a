import { existsSync, readFileSync } from 'node:fs'
import { release } from 'node:os'

/**
 * Whether a part of the kernel is there already, told without asking it: a question to a part that is missing makes
 * the kernel load a module, and cnmtop changes nothing by looking.
 *
 * - `present`: ask. Either it is loaded or built in, or this kernel cannot load modules at all, so that asking is safe.
 * - `absent`: do not ask.
 * - `unknown`: do not ask; nothing says whether it is there.
 */
export type Presence = 'present' | 'absent' | 'unknown'

/** Modules that are looked for, each with a function of its own that shows it in /proc/kallsyms. */
const symbols = {
  nf_tables: 'nft_do_chain',
  tcp_diag: 'tcp_diag_dump',
  udp_diag: 'udp_diag_dump',
  nf_conntrack_netlink: 'ctnetlink_dump_table',
} as const

export type Module = keyof typeof symbols

type BuiltIn = Readonly<Record<Module, Presence>>

const builtIn = new Map<string, BuiltIn>()

/** @param root of the file system, for tests */
export function modulePresence(module: Module, root = ''): Presence {
  // A loaded module can be unloaded again, so this is looked at every time; the rest cannot change before a reboot.
  if (existsSync(`${root}/sys/module/${module}`)) return 'present'
  const known = builtIn.get(root) ?? builtInPresence(root)
  builtIn.set(root, known)
  return known[module]
}

function builtInPresence(root: string): BuiltIn {
  // Without CONFIG_MODULES there is no such file, and request_module does nothing.
  const cannotLoad = existsSync(`${root}/proc/sys`) && !existsSync(`${root}/proc/modules`)
  if (cannotLoad || readText(`${root}/proc/sys/kernel/modules_disabled`)?.trim() === '1') {
    return each(() => 'present')
  }
  const list = readText(`${root}/lib/modules/${release()}/modules.builtin`)
  if (list !== undefined) return each(module => (list.includes(`/${module}.ko`) ? 'present' : 'absent'))
  // In a container there is no /lib/modules. Names of symbols can be read even where addresses are hidden.
  const names = readText(`${root}/proc/kallsyms`)
  if (!names) return each(() => 'unknown')
  return each(module => (names.includes(` ${symbols[module]}\n`) ? 'present' : 'absent'))
}

function each(presence: (module: Module) => Presence): BuiltIn {
  return {
    nf_tables: presence('nf_tables'),
    tcp_diag: presence('tcp_diag'),
    udp_diag: presence('udp_diag'),
    nf_conntrack_netlink: presence('nf_conntrack_netlink'),
  }
}

function readText(path: string): string | undefined {
  try {
    return readFileSync(path, 'latin1')
  } catch {
    return undefined
  }
}
