/**
 * Who may import whom: the import table of the design, as data.
 *
 * `test/architecture/layers.test.ts` walks the real imports against it, and `oxlint.config.ts` turns it into
 * restricted imports, so an editor shows a wrong arrow while it is typed.
 *
 * `own` names other layers; `external` names packages and Node modules with side effects outside the process
 * (readers of the kernel, the renderer). An external name that no layer lists is free for all.
 */
export type Layer = {
  /** Folder, or a single file, from the root of the repository. */
  readonly path: string
  /** Other layers that may be imported; a trailing `:types` allows type-only imports. */
  readonly own: readonly string[]
  /** Guarded external modules that may be imported. */
  readonly external: readonly string[]
}

/** Modules that only the layers that list them may import. */
export const guardedModules = [
  'koffi',
  'dockerode',
  'ssh2',
  'ink',
  'react',
  'node:fs',
  'node:fs/promises',
  'node:net',
  'node:child_process',
  'node:worker_threads',
] as const

const packages = ['packages/netlink-codec', 'packages/ipvs-netlink', 'packages/node-iptables']
const everything = [
  ...packages,
  'src/util',
  'src/snapshot',
  'src/collectors',
  'src/collectors/docker',
  'src/graph',
  'src/lb',
  'src/doctor',
  'src/actions',
  'src/ui/model',
  'src/ui/components',
  'src/ui/contract.ts',
  'src/ui',
  'src/export',
  'src/commands',
]

export const layers: readonly Layer[] = [
  { path: 'packages/netlink-codec', own: [], external: [] },
  { path: 'packages/ipvs-netlink', own: ['packages/netlink-codec'], external: [] },
  { path: 'packages/node-iptables', own: ['packages/netlink-codec'], external: [] },
  { path: 'src/util', own: [], external: [] },
  {
    path: 'src/snapshot',
    own: ['src/util', 'packages/node-iptables:types'],
    external: ['node:fs', 'node:fs/promises'],
  },
  {
    path: 'src/collectors',
    own: ['src/snapshot', 'src/util', ...packages],
    external: ['koffi', 'node:fs', 'node:fs/promises', 'node:worker_threads'],
  },
  {
    path: 'src/collectors/docker',
    own: ['src/collectors', 'src/snapshot', 'src/util'],
    external: ['dockerode', 'ssh2', 'node:fs', 'node:fs/promises', 'node:worker_threads'],
  },
  { path: 'src/graph', own: ['src/snapshot', 'src/util'], external: [] },
  { path: 'src/lb', own: ['src/graph', 'src/snapshot', 'src/util'], external: [] },
  { path: 'src/doctor', own: ['src/lb', 'src/graph', 'src/snapshot', 'src/util'], external: [] },
  {
    path: 'src/actions',
    own: ['src/snapshot', 'src/graph', 'src/util', 'src/collectors/docker'],
    external: ['node:fs', 'node:fs/promises'],
  },
  {
    path: 'src/ui/model',
    own: ['src/doctor', 'src/lb', 'src/graph', 'src/snapshot', 'src/util', 'src/actions:types'],
    external: [],
  },
  { path: 'src/ui/components', own: ['src/ui/model:types'], external: ['ink', 'react'] },
  {
    path: 'src/ui',
    own: [
      'src/ui/model',
      'src/ui/components',
      'src/ui/contract.ts:types',
      'src/ui/store.ts',
      'src/snapshot:types',
      'src/actions',
      'src/util',
    ],
    external: ['ink', 'react'],
  },
  {
    path: 'src/ui/foresight.ts',
    own: ['src/ui/model'],
    external: [],
  },
  {
    path: 'src/ui/graph-keeper.ts',
    own: ['src/graph', 'src/snapshot'],
    external: [],
  },
  {
    path: 'src/ui/dialogs.ts',
    own: ['src/ui/contract.ts:types', 'src/ui/model', 'src/actions:types', 'src/lb:types', 'src/util'],
    external: [],
  },
  {
    path: 'src/ui/contract.ts',
    own: ['src/ui/model:types', 'src/snapshot:types', 'src/actions:types'],
    external: [],
  },
  {
    path: 'src/ui/store.ts',
    own: [
      'src/ui/dialogs.ts',
      'src/ui/contract.ts:types',
      'src/ui/foresight.ts',
      'src/ui/graph-keeper.ts',
      'src/ui/model',
      'src/graph',
      'src/lb',
      'src/doctor',
      'src/snapshot',
      'src/util',
    ],
    external: [],
  },
  {
    path: 'src/export',
    own: ['src/doctor', 'src/lb', 'src/graph', 'src/snapshot', 'src/util'],
    external: [],
  },
  {
    path: 'src/commands',
    own: everything,
    external: ['node:fs', 'node:fs/promises', 'node:worker_threads'],
  },
  { path: 'src/cli.ts', own: everything, external: ['node:fs'] },
  { path: 'src/main.ts', own: ['src/cli.ts', 'src/commands', 'src/util'], external: [] },
]

/** The layer that a file belongs to: the longest matching path, or undefined for tests, scripts and the like. */
export function layerOf(file: string): Layer | undefined {
  return layers
    .filter(layer => file === layer.path || file.startsWith(`${layer.path}/`))
    .sort((a, b) => b.path.length - a.path.length)[0]
}
