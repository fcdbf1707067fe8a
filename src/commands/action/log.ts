import { type AuditReading, readAudit } from '../../actions/audit-read.ts'
import { errorMessage } from '../../util/errors.ts'
import { CommandError, exitCodes } from '../exit.ts'

/** The log of actions. @throws CommandError for one that cannot be read */
export function readLog(path: string): AuditReading {
  try {
    return readAudit(path)
  } catch (error) {
    throw new CommandError(exitCodes.permission, `cannot read the log: ${errorMessage(error)}`)
  }
}
