/** Kleene's three values: yes, no, not known. */
export type Maybe = boolean | undefined

export function not(value: Maybe): Maybe {
  return value === undefined ? undefined : !value
}

/** `value`, or its opposite when the test is inverted (`!`). */
export function invertIf(value: Maybe, invert: boolean): Maybe {
  return invert ? not(value) : value
}

/** False when one is false, else unknown when one is unknown. */
export function all(values: readonly Maybe[]): Maybe {
  if (values.includes(false)) return false
  return values.includes(undefined) ? undefined : true
}

/** True when one is true, else unknown when one is unknown. */
export function any(values: readonly Maybe[]): Maybe {
  if (values.includes(true)) return true
  return values.includes(undefined) ? undefined : false
}

/** Applies a test to what may not be known. */
export function known<Value>(value: Value | undefined, test: (value: Value) => Maybe): Maybe {
  return value === undefined ? undefined : test(value)
}
