/** The one image of all services: a busybox tree, imported into each node's Docker; there is no registry. */
import { copyFileSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { output } from './exec.ts'
import { type SwarmNode, swarmHome } from './node.ts'

/** Serves its own host name on port 80. `get HOST[:PORT]` inside asks for one. */
export const webImage = 'web:1'

/** The same, but its tasks end at once when they are told to: the shell of the other waits until it is killed. */
export const quickImage = 'quick:1'

/** Answers with the container's host name, and to /big with 64 KiB. PORT and BIND (an address to listen on) can be set. */
const serve = `#!/bin/sh
hostname >/www/index.html
head -c 65536 /dev/zero >/www/big
exec httpd -f -h /www -p "\${BIND:+$BIND:}\${PORT:-80}"
`

const serveQuick = `#!/bin/sh
trap 'exit 0' TERM
serve &
wait
`

/** HTTP by nc: wget of Debian 12's static busybox crashes. */
const get = `#!/bin/sh
host=\${1%:*} port=80
case $1 in *:*) port=\${1##*:} ;; esac
printf 'GET / HTTP/1.0\\r\\n\\r\\n' | nc -w 5 "$host" "$port" | tail -n 1
`

/** Packs the image; gives the archive's path. */
export async function packImage(): Promise<string> {
  const tree = join(swarmHome, 'image')
  for (const folder of ['bin', 'www', 'etc', 'tmp']) mkdirSync(join(tree, folder), { recursive: true })
  copyFileSync('/bin/busybox', join(tree, 'bin/busybox'))
  const applets = await output(['busybox', '--list'])
  for (const applet of applets.trim().split('\n')) {
    if (applet !== 'busybox') symlinkSync('busybox', join(tree, 'bin', applet))
  }
  for (const [name, text] of Object.entries({ serve, 'serve-quick': serveQuick, get })) {
    writeFileSync(join(tree, 'bin', name), text, { mode: 0o755 })
  }
  const archive = join(swarmHome, 'image.tar')
  await output(['tar', '-C', tree, '-cf', archive, '.'])
  return archive
}

/** As `web:1` and as `quick:1`. */
export async function importImage(node: SwarmNode, archive: string): Promise<void> {
  for (const [image, command] of [
    [webImage, 'serve'],
    [quickImage, 'serve-quick'],
  ] as const) {
    const [repo = '', tag = ''] = image.split(':')
    const query = new URLSearchParams({ fromSrc: '-', repo, tag, changes: `CMD ["${command}"]` })
    await node.docker.post(`/images/create?${query.toString()}`, readFileSync(archive))
  }
}
