/** The same by the docker command of the guest, which is as old as its engines. */
import '../support/fast-check.ts'
import '../actions/docker-cli.test.ts'
