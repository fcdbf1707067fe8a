/** Creates a network through an engine, and is killed meanwhile: act-program.ts DOCKER_HOST AUDIT_LOG. */
import { createActionSession } from '../../src/actions/session.ts'
import { network } from '../actions/intents.ts'
import { site } from '../actions/site.ts'

const [dockerHost, auditPath = ''] = process.argv.slice(2)
const session = createActionSession({ dockerHost, auditPath })
const plan = await session.prepare(network(), site)
await session.execute(plan, { tell: () => {}, signal: new AbortController().signal })
await session.close()
