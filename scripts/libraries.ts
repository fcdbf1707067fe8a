import { createHash } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { build, type BuildOptions, type Plugin } from 'esbuild'

/** Packages that only the Docker thread loads. Together they are as large as all the rest, and change with the lock file only. */
const libraries = ['dockerode', 'ssh2']

/** Begins the name of every file of theirs, with a digest of what they were made from. */
export function libraryPrefix(root: string): string {
  const hash = createHash('sha256')
  for (const file of ['package-lock.json', 'scripts/libraries.ts', 'scripts/build.ts'])
    hash.update(readFileSync(join(root, file)))
  return `library-${hash.digest('hex').slice(0, 12)}-`
}

/** Bundles them into `outdir`, unless that was done before: `npm start` builds each time. */
export async function buildLibraries(options: BuildOptions, outdir: string, prefix: string): Promise<void> {
  if (libraries.every(name => existsSync(join(outdir, `${prefix}${name}.js`)))) return
  await build({
    ...options,
    entryPoints: libraries.map(name => ({ in: name, out: `${prefix}${name}` })),
    outdir,
    chunkNames: `${prefix}[name]-[hash]`,
    plugins: [leaveOutUncalled],
  })
}

/** Lets the program import them from those files. */
export function librariesFrom(prefix: string): Plugin {
  return {
    name: 'libraries',
    setup(build_) {
      build_.onResolve({ filter: new RegExp(`^(?:${libraries.join('|')})$`) }, ({ path }) => ({
        path: `./${prefix}${path}.js`,
        external: true,
      }))
    },
  }
}

/**
 * What dockerode loads at its start and we never call: gRPC, for building images, and docker-modem's own SSH (ours is in
 * src/collectors/docker/ssh.ts). Without them the Docker thread costs 121 ms of processor time to start, with them 177.
 */
const leaveOutUncalled: Plugin = {
  name: 'leave-out-uncalled',
  setup(build_) {
    build_.onResolve({ filter: /^(?:@grpc\/.*|ssh2)$/ }, ({ path, importer }) =>
      /\/node_modules\/(?:dockerode|docker-modem)\//.test(importer)
        ? { path, namespace: 'uncalled' }
        : undefined,
    )
    build_.onLoad({ filter: /./, namespace: 'uncalled' }, () => ({ contents: 'module.exports = {}' }))
  },
}
