import { readFile } from 'node:fs/promises'
import type { Plugin } from 'esbuild'
import { narrowText } from '../src/util/narrow.ts'

type Patch = {
  /** The end of the file's path. */
  readonly file: RegExp
  readonly from: string
  readonly to: string
}

/**
 * What costs start-up time in packages, replaced in their text while it is bundled. A text that is not there any more
 * fails the build: then the package has changed, and so may have the reason.
 */
const patches: readonly Patch[] = [
  {
    // Other than ASCII, its first text makes V8 compile all emoji sequences into a regular expression: 80 ms.
    file: /\/string-width\/index\.js$/,
    from: String.raw`/^[\u0020-\u007E]*$/`,
    to: String(narrowText),
  },
  {
    // V8 collects the emoji sequences when the expression is made, not when it is first used: 20 ms.
    file: /\/string-width\/index\.js$/,
    from: String.raw`rgiEmojiRegex = /^\p{RGI_Emoji}$/v`,
    to: String.raw`rgiEmojiRegex = { made: undefined, test(text) { return (this.made ??= new RegExp("^\\p{RGI_Emoji}$", "v")).test(text) } }`,
  },
  {
    // It fetches its WebAssembly from a data URL, for which Node loads its whole HTTP client: 50 ms.
    file: /\/yoga-wasm-base64-esm\.js$/,
    from: 'return w||"function"!=typeof fetch?Promise',
    to: 'return true?Promise',
  },
]

/** Changes packages on their way into the bundle. */
export const bundlePatches: Plugin = {
  name: 'patches',
  setup(build) {
    const files = new Set(patches.map(({ file }) => file.source))
    for (const file of files) {
      build.onLoad({ filter: new RegExp(file) }, async ({ path }) => {
        let contents = await readFile(path, 'utf8')
        for (const { from, to } of patches.filter(patch => patch.file.source === file)) {
          if (!contents.includes(from)) throw new Error(`${path} does not hold ${from}`)
          contents = contents.replace(from, () => to)
        }
        return { contents, loader: 'js' }
      })
    }
  },
}
