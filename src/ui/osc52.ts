/**
 * The sequence that puts a text on the clipboard of the terminal, which works over SSH. Terminals that do not know it,
 * or are told not to, ignore it.
 */
export function osc52(text: string): string {
  return `\x1b]52;c;${Buffer.from(text, 'utf8').toString('base64')}\x07`
}
