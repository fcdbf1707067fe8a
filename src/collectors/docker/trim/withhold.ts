/** Stands where a value was that looks like a secret. */
export const WITHHELD = '(not kept)'

/**
 * Names under which people put secrets into labels and driver options, such as `weave.password`, `API_KEY` or
 * `traefik.http.middlewares.a.basicauth.users`.
 */
const secretName =
  /pass(?:wd|word|phrase)|(?:^|[^a-z])pwd(?:$|[^a-z])|secret|token|credential|basic-?auth|(?:api|access|private|shared)[-_.]?key/i

/** Whether the value of a label or an option of this name is taken for a secret. */
export function isSecretName(name: string): boolean {
  return secretName.test(name)
}

/** Labels and options with the values of those left out whose name says that they are secret. */
export function withoutSecrets(map: Record<string, string>): Record<string, string> {
  const names = Object.keys(map)
  if (!names.some(isSecretName)) return map
  return Object.fromEntries(names.map(name => [name, isSecretName(name) ? WITHHELD : (map[name] ?? '')]))
}
