import { defineConfig, type OxlintConfig } from 'oxlint'
import { guardedModules, layers, type Layer } from './layers.ts'

type Override = NonNullable<OxlintConfig['overrides']>[number]

/** Files that may be longer than the budget, each with its reason. */
const longFiles: Readonly<Record<string, string>> = {}

export default defineConfig({
  plugins: ['typescript', 'unicorn', 'oxc', 'import', 'promise', 'node', 'react', 'vitest'],
  options: { typeAware: true, reportUnusedDisableDirectives: 'error' },
  env: { node: true, es2024: true },
  ignorePatterns: ['dist', 'fixtures', '**/fixtures'],
  categories: { correctness: 'error', suspicious: 'error', perf: 'error' },
  rules: {
    // Habits of this repository that no category holds.
    'typescript/no-explicit-any': 'error',
    'typescript/ban-ts-comment': 'error',
    'typescript/consistent-type-imports': 'error',
    'typescript/consistent-type-definitions': ['error', 'type'],
    'typescript/no-import-type-side-effects': 'error',
    'typescript/no-misused-promises': 'error',
    'typescript/only-throw-error': 'error',
    'typescript/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
    'typescript/explicit-module-boundary-types': 'error',
    'typescript/prefer-nullish-coalescing': [
      'error',
      { ignorePrimitives: { string: true, boolean: true, number: true } },
    ],
    'typescript/no-unsafe-return': 'error',
    'typescript/no-unsafe-call': 'error',
    'import/no-cycle': 'error',
    'import/no-default-export': 'error',
    'import/no-duplicates': 'error',
    'import/no-mutable-exports': 'error',
    'no-console': 'error',
    'no-warning-comments': ['error', { terms: ['todo', 'fixme', 'xxx', 'hack'] }],
    'no-param-reassign': 'error',
    'no-var': 'error',
    'prefer-const': 'error',
    eqeqeq: 'error',
    'no-else-return': 'error',
    'no-lonely-if': 'error',
    'unicorn/prefer-node-protocol': 'error',
    'unicorn/throw-new-error': 'error',
    'unicorn/filename-case': ['error', { case: 'kebabCase' }],

    // Against the grain of this code.
    'no-await-in-loop': 'off',
    'no-underscore-dangle': 'off',
    'react/react-in-jsx-scope': 'off',
    'typescript/no-unsafe-type-assertion': 'off',
    // Takes a condition that guards the whole loop for a mistake.
    'no-unmodified-loop-condition': 'off',
    'typescript/consistent-return': 'off',
    'typescript/no-misused-spread': 'off',
    'oxc/no-map-spread': 'off',
    'unicorn/no-array-sort': 'off',
    'unicorn/no-array-reverse': 'off',
    'no-shadow': 'off',
    'unicorn/no-useless-spread': 'off',
    'unicorn/consistent-function-scoping': ['error', { checkArrowFunctions: false }],
    'import/no-named-as-default-member': 'off',
    // For windows of browsers; threads have no origin.
    'unicorn/require-post-message-target-origin': 'off',
    'vitest/no-conditional-expect': 'off',
    'vitest/valid-expect': ['error', { maxArgs: 2 }],
    'vitest/expect-expect': ['error', { assertFunctionNames: ['expect*', 'assert*', 'only*', 'fc.assert'] }],
  },
  overrides: [
    { files: ['src/**', 'packages/*/src/**'], rules: { 'max-lines': ['error', { max: 300 }] } },
    { files: ['src/ui/components/**'], rules: { 'max-lines': ['error', { max: 120 }] } },
    { files: Object.keys(longFiles), rules: { 'max-lines': 'off' } },
    { files: ['src/commands/**', 'scripts/**', 'lab/**', 'bench/**'], rules: { 'no-console': 'off' } },
    { files: ['**/test/**', 'test/**'], rules: { 'unicorn/consistent-function-scoping': 'off' } },
    { files: ['*.config.ts'], rules: { 'import/no-default-export': 'off' } },
    ...[...layers].sort((a, b) => a.path.length - b.path.length).map(restrictImports),
  ],
})

/**
 * The import table as the linter sees it: by what an import statement says, not by the file it leads to. An arrow
 * from a folder to the layer that holds it is left to `test/architecture/layers.test.ts`.
 */
function restrictImports(layer: Layer): Override {
  const patterns = layers
    .filter(other => other.path !== layer.path && !layer.own.includes(other.path))
    .flatMap(other => {
      const regex = specifiersOf(other, layer)
      const typesOnly = layer.own.includes(`${other.path}:types`)
      const message = `${layer.path} may ${typesOnly ? 'only import types' : 'not import'} from ${other.path} (layers.ts).`
      return regex === undefined ? [] : [{ regex, message, ...(typesOnly && { allowTypeImports: true }) }]
    })
  const modules = guardedModules
    .filter(name => !layer.external.includes(name))
    .map(name => ({ regex: `^${name}($|/)`, message: `${layer.path} may not import ${name} (layers.ts).` }))
  const isFolder = !layer.path.endsWith('.ts')
  return {
    files: [isFolder ? `${layer.path}/${layer.path.startsWith('packages/') ? 'src/' : ''}**` : layer.path],
    rules: { 'no-restricted-imports': ['error', { patterns: [...patterns, ...modules] }] },
  }
}

/** What an import of `target` looks like in a file of `from`; undefined when `target` holds `from`. */
function specifiersOf(target: Layer, from: Layer): string | undefined {
  if (target.path.startsWith('packages/')) return `^${target.path.slice('packages/'.length)}($|/)`
  const there = target.path.split('/')
  const here = from.path.split('/')
  const common = there.findIndex((part, index) => part !== here[index])
  if (common === -1) return undefined
  // A layer inside of one that is closed may be open.
  const open = from.own.find(path => path.startsWith(`${target.path}/`))
  const rest = open === undefined ? '($|/)' : `($|/${otherThan(open.slice(target.path.length + 1))})`
  return `^(\\.\\.?/)+${there.slice(common).join('/')}${rest}`
}

/** Begins with another name than this one; the linter's expressions know no look-ahead. */
function otherThan(name: string): string {
  const differing = [...name].map((letter, at) => `${name.slice(0, at)}([^${letter}/]|/|$)`)
  return `(${[...differing, `${name}[^/]`].join('|')})`
}
