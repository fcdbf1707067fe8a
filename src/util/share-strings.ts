/**
 * Makes equal strings of plain data one string, in place. What came from another thread or from JSON holds a copy of each word
 * for every row that says it, and a node of a thousand namespaces says half a million.
 *
 * Nobody can see the difference but by the memory that it takes.
 *
 * @param pool the strings that were met, by themselves; pass it on to share over several values
 */
export function shareStrings(value: unknown, pool: Map<string, string>): void {
  if (typeof value !== 'object' || value === null) return
  const fields = value as Record<string, unknown>
  for (const key of Object.keys(fields)) {
    const field = fields[key]
    if (typeof field !== 'string') {
      shareStrings(field, pool)
      continue
    }
    const known = pool.get(field)
    if (known === undefined) pool.set(field, field)
    else fields[key] = known
  }
}
