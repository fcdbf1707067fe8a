import type { KnipConfig } from 'knip'

const config: KnipConfig = {
  workspaces: {
    '.': {
      entry: [
        'src/cli.ts',
        // Started by file name, in a thread of its own.
        'src/collectors/kernel/worker.ts',
        'scripts/{build,test,complete-lock,screenshot}.ts',
        'lab/*.ts',
        'bench/*.ts',
        'test/**/*.test.{ts,tsx}',
      ],
      project: ['src/**/*.{ts,tsx}', 'test/**/*.{ts,tsx}', 'scripts/**/*.ts', 'lab/**/*.ts', 'bench/**/*.ts'],
    },
    'packages/*': {
      entry: ['test/**/*.test.ts'],
      project: ['src/**/*.ts', 'test/**/*.ts'],
    },
  },
  // Programs of Debian's util-linux that the lab starts.
  ignoreBinaries: ['nsenter', 'setpriv'],
  // A type that a file exports for its readers may have no importer yet.
  ignoreExportsUsedInFile: { type: true, interface: true },
}

export default config
