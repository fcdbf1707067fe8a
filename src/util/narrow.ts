/**
 * A text of which each character takes exactly one column, told without looking at Unicode's tables: printable ASCII,
 * Latin-1 (without the soft hyphen), lines and blocks, and the glyphs that this program draws. None of them joins
 * with its neighbours.
 */
export const narrowText =
  /^[\u0020-\u007e\u00a1-\u00ac\u00ae-\u00ff\u2018-\u201d\u2026\u2016\u2039\u203a\u2190-\u2193\u2500-\u259f\u25b2\u25cb\u25cc\u25cf\u2713\u2714\u2716]*$/
