import { matchExtension } from '../match.ts'
import type { Place } from '../place.ts'
import { applyTarget } from '../target.ts'
import type { CompatMatch, CompatTarget } from './expression.ts'
import { chosen, resultOf, type Run, type Stepped, test, unknown } from './run.ts'

/** nft_match_eval of nft_compat.c: a match of xtables inside of a rule of nf_tables. */
export function stepMatch({ extension, xt }: CompatMatch, run: Run, place: Place): Stepped {
  return xt ? test(matchExtension(xt, run.packet, place), run) : unknown(run, extension)
}

/** nft_target_eval_xt: XT_CONTINUE lets the rule go on, any other verdict ends it. */
export function stepTarget({ extension, xt }: CompatTarget, run: Run, place: Place): Stepped {
  if (!xt) return unknown(run, extension)
  const applied = applyTarget(xt, run.packet, place).map(({ effect, packet, choice }) => ({
    effect,
    run: { ...run, packet, ...(choice !== undefined && { choice: chosen(run, choice) }) },
  }))
  return {
    runs: applied.flatMap(({ effect, run: after }) => (effect.kind === 'continue' ? [after] : [])),
    done: applied.flatMap(({ effect, run: after }) =>
      effect.kind === 'continue' ? [] : [resultOf(after, effect)],
    ),
  }
}
