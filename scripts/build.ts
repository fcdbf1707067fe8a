/**
 * Bundles the program: `src/main.ts` to `dist/cnmtop.js`, and the worker threads to `dist/collector-worker.js` (the kernel) and
 * `dist/docker-worker.js`. Commands and the terminal UI become chunks of their own beside them, so that a text
 * command never loads React, and so that `new URL('./collector-worker.js', import.meta.url)` holds in every chunk.
 *
 * Files whose bytes did not change are left alone: a running cnmtop keeps its lazy chunks when it is built again.
 *
 * `node scripts/build.ts [--quiet] [--out DIR]`; `--quiet` prints nothing when all is well.
 */
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { basename, join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { build, type BuildOptions } from 'esbuild'
import { withoutFacades } from './bundle-builtins.ts'
import { bundlePatches } from './bundle-patches.ts'
import { buildLibraries, libraryPrefix, librariesFrom } from './libraries.ts'

const root = resolve(import.meta.dirname, '..')
const { values: flags } = parseArgs({
  options: {
    quiet: { type: 'boolean', default: false },
    out: { type: 'string', default: join(root, 'dist') },
  },
})

const program = 'cnmtop.js'
/** A small young generation: the default lets garbage of frames grow to some 100 MB before it is looked at. */
const nodeFlags = ['--max-semi-space-size=2']
const entryPoints = {
  cnmtop: 'src/main.ts',
  'collector-worker': 'src/collectors/kernel/worker.ts',
  'docker-worker': 'src/collectors/docker/worker.ts',
}
const missing = Object.values(entryPoints).filter(entry => !existsSync(join(root, entry)))
if (missing.length > 0) {
  console.error(`build: not there: ${missing.join(', ')}`)
  process.exit(1)
}

const started = performance.now()
const options = {
  absWorkingDir: root,
  bundle: true,
  splitting: true,
  format: 'esm',
  platform: 'node',
  target: 'node22.18',
  // Native modules find their .node files beside their own sources. React's developer tools are not installed: Ink
  // asks for them only with DEV=true, and goes on without them. So does ssh2 without its optional native parts.
  external: ['koffi', 'react-devtools-core', 'cpu-features', '*.node'],
  minifySyntax: true,
  minifyWhitespace: true,
  legalComments: 'none',
  // CommonJS packages ask for Node's modules by `require`, and ssh2 for `__dirname`: an ES module has neither.
  banner: {
    js: "import{createRequire as cnmtopCreateRequire}from'node:module';const require=cnmtopCreateRequire?.(import.meta.url);const __dirname=import.meta.dirname;",
  },
  logLevel: 'warning',
} satisfies BuildOptions
const library = libraryPrefix(root)
/** Each on its own: what they share would be cut into many small files, and each file costs half a millisecond to load. */
const builds = Object.entries(entryPoints).map(async ([name, entry]) =>
  build({
    ...options,
    entryPoints: { [name]: entry },
    outdir: flags.out,
    chunkNames: '[name]-[hash]',
    define: { 'process.env.NODE_ENV': '"production"', 'Intl.Segmenter': 'LazySegmenter' },
    inject: ['scripts/lazy-segmenter.ts'],
    plugins: [bundlePatches, librariesFrom(library)],
    write: false,
  }),
)
const results = await Promise.all([...builds, buildLibraries(options, flags.out, library)]).catch(
  () => process.exit(1), // esbuild has printed its errors
)
const outputs = results.flatMap(result => result?.outputFiles ?? [])

mkdirSync(flags.out, { recursive: true })
for (const { path, text } of outputs) writeIfChanged(path, withoutFacades(path, text))
copyDemo()
removeOthers(new Set(outputs.map(file => basename(file.path))))
if (!flags.quiet) {
  const bytes = outputs.reduce((sum, file) => sum + file.contents.byteLength, 0)
  const took = Math.round(performance.now() - started)
  console.log(
    `${join(flags.out, program)}: ${outputs.length} files, ${Math.ceil(bytes / 1024)} kB, ${took} ms`,
  )
}

/** The recorded nodes of `cnmtop demo`, beside the program. */
function copyDemo(): void {
  const target = join(flags.out, 'demo')
  mkdirSync(target, { recursive: true })
  const names = readdirSync(join(root, 'demo'))
  for (const name of names) copyFileSync(join(root, 'demo', name), join(target, name))
  for (const name of readdirSync(target)) if (!names.includes(name)) rmSync(join(target, name))
}

/** Puts a file in place in one step, so that a program that starts meanwhile reads the old or the new one whole. */
function writeIfChanged(path: string, code: string): void {
  const isProgram = basename(path) === program
  const shebang = isProgram && !code.startsWith('#!') ? `#!/usr/bin/env -S node ${nodeFlags.join(' ')}\n` : ''
  const text = shebang + code
  if (existsSync(path) && readFileSync(path, 'utf8') === text) return
  const temporary = `${path}.${process.pid}.tmp`
  writeFileSync(temporary, text)
  if (isProgram) chmodSync(temporary, 0o755)
  renameSync(temporary, path)
  // What was compiled from the file of before (src/util/compiled.ts) is of no use any more.
  rmSync(join(flags.out, 'compiled'), { recursive: true, force: true })
}

function removeOthers(current: ReadonlySet<string>): void {
  for (const name of readdirSync(flags.out)) {
    if (name.endsWith('.js') && !current.has(name) && !name.startsWith(library)) rmSync(join(flags.out, name))
  }
}
