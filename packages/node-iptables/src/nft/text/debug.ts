/**
 * An expression that nft's language, or our knowledge of it, has no words for: all its fields in brackets, in the
 * manner of `nft --debug=netlink`, so that nothing of the rule is lost.
 */
export function debugText(expression: { readonly name: string }): string {
  const words = Object.entries(expression)
    .filter(([key, value]) => key !== 'name' && value !== undefined)
    .map(([key, value]) => `${key} ${typeof value === 'object' ? JSON.stringify(value) : value}`)
  return `[ ${[expression.name, ...words].join(' ')} ]`
}
