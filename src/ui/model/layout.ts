/** The smallest screen that is drawn; below it there is one line of text. */
export const minimum = { columns: 60, rows: 16 }

/** From this width on there are two panes side by side. */
const TWO_PANES = 85
const WIDE = 120

/**
 * The places of the screen, in columns and rows. A pane's size includes its border; `list` or `detail` is absent when
 * only the other one is shown.
 */
export type Layout = {
  readonly kind: 'too-small' | 'narrow' | 'medium' | 'wide'
  readonly list: { readonly columns: number } | undefined
  readonly detail: { readonly columns: number } | undefined
  /** Rows of a pane, with its border. */
  readonly rows: number
}

/** Rows above and below the panes: the header, the breadcrumbs and the footer. */
const AROUND = 3

/** @param share the part of a wide screen that the list takes, 0 to 1 */
export function layoutOf(columns: number, rows: number, focus: 'list' | 'detail', share: number): Layout {
  if (columns < minimum.columns || rows < minimum.rows) {
    return { kind: 'too-small', list: undefined, detail: undefined, rows: 0 }
  }
  const paneRows = rows - AROUND
  if (columns < TWO_PANES) {
    const pane = { columns }
    return {
      kind: 'narrow',
      list: focus === 'list' ? pane : undefined,
      detail: focus === 'detail' ? pane : undefined,
      rows: paneRows,
    }
  }
  const isWide = columns >= WIDE
  const list = Math.max(isWide ? 46 : 36, Math.round(columns * share))
  return {
    kind: isWide ? 'wide' : 'medium',
    list: { columns: list },
    detail: { columns: columns - list },
    rows: paneRows,
  }
}
