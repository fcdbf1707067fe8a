import type { DockerVersion } from '../../snapshot/index.ts'

/** The newest API whose answers this program was written for (Docker 29). */
const NEWEST_API = '1.52'

/** `verbose=true` of a network came with it (Docker 17.04). */
const OLDEST_API = '1.28'

/**
 * The API version to speak: the daemon's newest, or ours when that is older. A daemon that takes no version as old as ours is asked in its
 * oldest one: answers are read leniently.
 *
 * @returns undefined, for none in front of the path, when the daemon names no version
 */
export function chooseApiVersion({ ApiVersion, MinAPIVersion }: DockerVersion): string | undefined {
  if (!isVersion(ApiVersion)) return undefined
  const wanted = isNewer(ApiVersion, NEWEST_API) ? NEWEST_API : ApiVersion
  return MinAPIVersion !== undefined && isVersion(MinAPIVersion) && isNewer(MinAPIVersion, wanted)
    ? MinAPIVersion
    : wanted
}

/** Why a daemon is too old to be asked; undefined when it is not. */
export function whyTooOld({ ApiVersion, Version }: DockerVersion): string | undefined {
  return isVersion(ApiVersion) && isNewer(OLDEST_API, ApiVersion)
    ? `Docker ${Version} speaks API ${ApiVersion}; the oldest that can be read is ${OLDEST_API} (Docker 17.04)`
    : undefined
}

function isVersion(text: string): boolean {
  return /^\d{1,4}\.\d{1,4}$/.test(text)
}

function isNewer(one: string, other: string): boolean {
  const [major = 0, minor = 0] = one.split('.').map(Number)
  const [otherMajor = 0, otherMinor = 0] = other.split('.').map(Number)
  return major !== otherMajor ? major > otherMajor : minor > otherMinor
}
