/** Taken out in a way that the build does not replace. */
const { Segmenter } = Intl

/**
 * Stands in for `Intl.Segmenter` in the bundle (scripts/build.ts): packages make one while they load, for which ICU reads
 * its rules (10 to 30 ms), and then meet text that needs none. The real one is made when it is first asked.
 */
export class LazySegmenter {
  readonly #arguments: ConstructorParameters<typeof Intl.Segmenter>
  #real: Intl.Segmenter | undefined

  constructor(...args: ConstructorParameters<typeof Intl.Segmenter>) {
    this.#arguments = args
  }

  segment(text: string): Intl.Segments {
    this.#real ??= new Segmenter(...this.#arguments)
    return this.#real.segment(text)
  }
}
