/** Words as a shell splits them, with quotes and backslashes and nothing else: `sh -c 'a b'` is three. */
export function splitWords(text: string): string[] {
  const words: string[] = []
  for (const [word] of text.matchAll(/(?:[^\s"'\\]|\\.|"(?:[^"\\]|\\.)*"|'[^']*'|["'\\])+/g)) {
    words.push(
      word.replaceAll(/"((?:[^"\\]|\\.)*)"|'([^']*)'|\\(.)/g, (_, double, single, escaped): string =>
        double !== undefined ? String(double).replaceAll(/\\(["\\$`])/g, '$1') : String(single ?? escaped),
      ),
    )
  }
  return words
}
