/** The oldest Node that cnmtop runs on, as `engines` of package.json says. */
export const leastNode = '22.18'

/** Whether a version of Node (`22.18.0`) is older than cnmtop needs. */
export function isTooOld(version: string): boolean {
  const [major = 0, minor = 0] = version.split('.').map(Number)
  const [leastMajor = 0, leastMinor = 0] = leastNode.split('.').map(Number)
  return major < leastMajor || (major === leastMajor && minor < leastMinor)
}
