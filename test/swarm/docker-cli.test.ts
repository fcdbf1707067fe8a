/** The same by the docker command of the guest, which is as old as its engines. */
import { testDockerCommands } from '../actions/docker-cli.ts'

testDockerCommands()
