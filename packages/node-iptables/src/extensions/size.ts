/** `size` of an extension whose struct is the same in both families: bytes by revision. */
export function sizes(bytes: Readonly<Record<number, number>>): (revision: number) => number | undefined {
  return revision => bytes[revision]
}
