/** The part of a list that is on the screen: items `from` (inclusive) to `to` (exclusive). */
export type Window = { readonly from: number; readonly to: number }

/**
 * The first item to show, so that the item at `selected` is on the screen and the list moves as little as possible.
 *
 * @param heights rows of an item; the same number for every item, or one number an item
 * @param top where the list stood until now
 * @param rows rows of the screen
 */
export function scrollTo(
  total: number,
  heights: number | readonly number[],
  selected: number,
  top: number,
  rows: number,
): number {
  if (total === 0) return 0
  const height = (index: number): number => (typeof heights === 'number' ? heights : (heights[index] ?? 1))
  let first = Math.min(Math.max(0, top), total - 1)
  if (selected < first) first = selected
  // The first item from which all down to the selected one fits; an item taller than the screen starts at its top.
  let lowest = selected
  for (let used = height(selected); lowest > 0; lowest--) {
    used += height(lowest - 1)
    if (used > rows) break
  }
  first = Math.max(first, lowest)
  // Never leave rows empty below the end while items are hidden above the top.
  let last = total
  for (let used = 0; last > 0; last--) {
    used += height(last - 1)
    if (used > rows) break
  }
  return Math.min(first, Math.min(last, selected))
}

/** The items that fit on the screen from `top` on; the last one may be cut. */
export function windowFrom(
  total: number,
  heights: number | readonly number[],
  top: number,
  rows: number,
): Window {
  let used = 0
  let to = top
  while (to < total && used < rows) {
    used += typeof heights === 'number' ? heights : (heights[to] ?? 1)
    to++
  }
  return { from: top, to }
}
