/** A capture: its bytes and what its header says of where they come from. */
export type HexDump = { readonly provenance: Readonly<Record<string, string>>; readonly bytes: Uint8Array }

/**
 * Reads annotated hex: `# key: value` lines first (at least `kernel`, `tool`, `command` and `date`), then bytes as
 * pairs of hex digits in any layout; `#` starts a comment that ends with its line.
 *
 * @throws Error when the provenance is incomplete or a token is not hex: a fixture without an origin is no fixture.
 */
export function parseHexDump(text: string): HexDump {
  const provenance: Record<string, string> = {}
  const digits: string[] = []
  for (const [index, line] of text.split('\n').entries()) {
    const header = /^#\s*([a-z]+):\s*(.+)$/.exec(line)
    if (header && digits.length === 0) provenance[header[1]!] = header[2]!.trim()
    for (const token of line.replace(/#.*/, '').split(/\s+/).filter(Boolean)) {
      if (!/^([0-9a-f]{2})+$/i.test(token)) throw new Error(`line ${index + 1}: '${token}' is not hex`)
      digits.push(token)
    }
  }
  for (const key of ['kernel', 'tool', 'command', 'date']) {
    if (!provenance[key]) throw new Error(`capture without '# ${key}:' in its header`)
  }
  const pairs = digits.join('').match(/../g) ?? []
  return { provenance, bytes: Uint8Array.from(pairs, pair => Number.parseInt(pair, 16)) }
}
