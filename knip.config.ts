import type { KnipConfig } from 'knip'

const config: KnipConfig = {
  workspaces: {
    '.': {
      entry: [
        'src/main.ts',
        // Started by file name, in threads of their own.
        'src/collectors/kernel/worker.ts',
        'src/collectors/docker/worker.ts',
        'scripts/{build,test,test-swarm,complete-lock,demo,docs,actions-page,screenshot}.ts',
        // Injected into the bundle by file name.
        'scripts/lazy-segmenter.ts',
        'lab/*.ts',
        // Started by shell scripts and by the guest's command.
        'lab/guest/{run,build}.ts',
        // Runs on the nodes of a swarm.
        'test/swarm/check-node.ts',
        'test/flows/{run,send,snapshot-node}.ts',
        'lab/swarm/*.ts',
        // Run in the guest and on its nodes.
        'lab/{scenarios,capture,faults}/run.ts',
        'lab/scenarios/seed.ts',
        'lab/capture/raw.ts',
        'bench/*.ts',
        'test/**/*.test.{ts,tsx}',
        // Run inside of a namespace by a test.
        'test/support/resolver-program.ts',
        // Killed, and stopped, by a test.
        'test/support/act-program.ts',
        'test/support/docker-program.ts',
        // Bundled by the end-to-end tests.
        'test/e2e/harness.tsx',
        // Run by hand on kernels that this machine does not have.
        'test/guest/{ipvs-oracle,capture-links,capture-tunnel,capture-vlan,pack-capture}.ts',
      ],
      project: ['src/**/*.{ts,tsx}', 'test/**/*.{ts,tsx}', 'scripts/**/*.ts', 'lab/**/*.ts', 'bench/**/*.ts'],
    },
    'packages/*': {
      entry: ['test/**/*.test.ts'],
      project: ['src/**/*.ts', 'test/**/*.ts'],
    },
  },
  // Programs of Debian that the lab starts and that tests compare with.
  ignoreBinaries: [
    'mandoc',
    'fish',
    'dot',
    'xmllint',
    'apt-get',
    'bridge',
    'dpkg-query',
    'ip',
    'mkfifo',
    'mount',
    'nsenter',
    'openssl',
    'tcpdump',
    'setpriv',
    'ssh-keygen',
    'strace',
    'tc',
    'umount',
    'unshare',
    'xz',
  ],
  // An export that only its own file uses is no dead code.
  ignoreExportsUsedInFile: true,
}

export default config
