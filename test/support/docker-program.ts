/** A daemon that replays recorded answers, in a process of its own, so that it can be stopped. Prints where it listens. */
import { fakeDocker } from './fake-docker.ts'

const fake = await fakeDocker('26.1-manager')
process.once('SIGTERM', () => void fake.close().then(() => process.exit(0)))
process.stdout.write(`${fake.socket}\n`)
