/**
 * What JSON may hold as it is and a terminal should not see: DEL, C1, format characters (bidirectional controls,
 * zero-width characters, tags), line and paragraph separators. `JSON.stringify` escapes C0 and lone surrogates itself.
 */
const hidden = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]/gu

/** One line of JSON without line end, safe to print: it parses to the same value as that of `JSON.stringify`. */
export function jsonText(value: unknown): string {
  return JSON.stringify(value).replace(hidden, escapeUnits)
}

/** JSON escapes UTF-16 units, so a character beyond U+FFFF becomes two. */
function escapeUnits(character: string): string {
  let escaped = ''
  for (let index = 0; index < character.length; index++) {
    escaped += `\\u${character.charCodeAt(index).toString(16).padStart(4, '0')}`
  }
  return escaped
}
