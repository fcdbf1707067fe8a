import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { snapshotPlan } from '../../src/snapshot/redact/plan.ts'
import { snapshotSchema } from '../../src/snapshot/schema/snapshot.ts'

const walkers = new Set(['json', 'netfilter-rule', 'nft-expressions', 'labels', 'drop'])

/** Fields of a schema that hold text and that a plan has no class for, and classes for fields that there are not. */
function gaps(schema: z.core.$ZodType, plan: unknown, path: string): string[] {
  if (
    schema instanceof z.ZodOptional ||
    schema instanceof z.ZodNullable ||
    schema instanceof z.ZodReadonly ||
    schema instanceof z.ZodDefault
  ) {
    return gaps(schema.def.innerType, plan, path)
  }
  if (typeof plan === 'string' && walkers.has(plan)) return []
  if (schema instanceof z.ZodArray) return gaps(schema.element, plan, `${path}[]`)
  if (schema instanceof z.ZodRecord) {
    if (typeof plan !== 'object' || plan === null || !('keys' in plan) || !('each' in plan))
      return [`${path}: a map`]
    return [
      ...(typeof plan.keys === 'string' ? [] : [`${path}: keys`]),
      ...gaps(schema.valueType, plan.each, `${path}{}`),
    ]
  }
  if (schema instanceof z.ZodObject) {
    const inner = (typeof plan === 'object' && plan !== null ? plan : {}) as Readonly<Record<string, unknown>>
    return [
      ...Object.entries(schema.shape).flatMap(([key, field]) =>
        gaps(field as z.core.$ZodType, Object.hasOwn(inner, key) ? inner[key] : undefined, `${path}.${key}`),
      ),
      ...Object.keys(inner).flatMap(key =>
        Object.hasOwn(schema.shape, key) ? [] : [`${path}.${key}: not in the schema`],
      ),
    ]
  }
  if (schema instanceof z.ZodUnion) {
    return schema.options.flatMap(option => gaps(option, plan, path)).slice(0, 1)
  }
  if (schema instanceof z.ZodNumber || schema instanceof z.ZodBoolean || schema instanceof z.ZodNull)
    return []
  if (schema instanceof z.ZodLiteral && [...schema.values].every(value => typeof value !== 'string'))
    return []
  return typeof plan === 'string' ? [] : [`${path}: no class`]
}

describe('the plan of redaction', () => {
  it('has a class for every text of the schema, and for nothing else', () => {
    // `version` is a number; everything else that may hold text is asked for.
    expect(gaps(snapshotSchema, snapshotPlan, 'snapshot')).toEqual([])
  })

  it('would miss a field that is added', () => {
    const later = snapshotSchema.extend({
      motd: z.string().optional(),
      site: z.object({ rooms: z.array(z.object({ name: z.string(), size: z.number() })) }),
      tags: z.record(z.string(), z.string()),
    })
    expect(gaps(later, snapshotPlan, 'snapshot')).toEqual([
      'snapshot.motd: no class',
      'snapshot.site.rooms[].name: no class',
      'snapshot.tags: a map',
    ])
  })
})
