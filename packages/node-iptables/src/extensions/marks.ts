import { hexNumber, parseNumber } from '../text/words.ts'

/** A packet's or connection's mark and the bits of it that count. */
export type MarkAndMask = { readonly mark: number; readonly mask: number }

/** `0x10`, or `0x10/0xff` when not every bit counts. */
export function printMarkAndMask({ mark, mask }: MarkAndMask): string {
  return mask === 0xffff_ffff ? hexNumber(mark) : `${hexNumber(mark)}/${hexNumber(mask)}`
}

/** `VALUE[/MASK]`, each decimal or with `0x`. */
export function parseMarkAndMask(text: string): MarkAndMask | undefined {
  const [markText, maskText, ...rest] = text.split('/')
  const mark = parseNumber(markText)
  const mask = maskText === undefined ? 0xffff_ffff : parseNumber(maskText)
  return mark === undefined || mask === undefined || rest.length > 0 ? undefined : { mark, mask }
}
