import type { PaneModel } from './panes.ts'
import type { ScreenModel } from './screen.ts'
import type { Line } from './span.ts'

/** Whether two frames look the same. */
export function isSameScreen(a: ScreenModel, b: ScreenModel): boolean {
  if (a.kind === 'message') return b.kind === 'message' && a.text === b.text
  if (b.kind === 'message' || a.panes.length !== b.panes.length) return false
  const isSamePane = (pane: PaneModel, index: number): boolean => {
    const other = b.panes[index]
    if (other === pane) return true
    return (
      other?.id === pane.id &&
      other.isFocused === pane.isFocused &&
      other.outerColumns === pane.outerColumns &&
      other.lines.length === pane.lines.length &&
      isSameLine({ spans: pane.title }, { spans: other.title }) &&
      pane.lines.every((line, row) => isSameLine(line, other.lines[row]))
    )
  }
  return (
    isSameLine(a.header, b.header) &&
    isSameLine(a.crumbs, b.crumbs) &&
    isSameLine(a.footer, b.footer) &&
    a.panes.every(isSamePane)
  )
}

/** Whether two lines look the same. */
function isSameLine(a: Line, b: Line | undefined): boolean {
  if (a.spans.length !== b?.spans.length || a.emphasis !== b.emphasis) return false
  return a.spans.every(({ text, tone }, index) => {
    const other = b.spans[index]
    return other?.text === text && other.tone === tone
  })
}
