import { z } from 'zod'
import { cut, quote } from '../../domain/values/text.ts'
import type { AbsentFields } from '../absent-fields.ts'

/**
 * An object of a request that does what `shape` says and nothing else. A field of Trove's that Coffer has not (`absent`) and one that nobody knows are
 * refused with a sentence, and not dropped, unless they say nothing: clients send some of them empty.
 */
export const wishOf = <Shape extends z.ZodRawShape>(shape: Shape, absent: AbsentFields = {}) =>
  z.looseObject(shape).superRefine((given, { addIssue }) => {
    for (const [key, value] of Object.entries(given)) {
      if (Object.hasOwn(shape, key) || saysNothing(value)) continue
      const why = Object.hasOwn(absent, key) ? absent[key] : undefined
      const name = cut(key, 64)
      addIssue({
        code: 'custom',
        path: [name],
        message: `${quote(name)} has no effect here: ${why ?? `expected only ${Object.keys(shape).join(', ')}`}`,
        params: { effectless: why === undefined ? 'unknown' : 'absent' } satisfies Effectless,
      })
    }
  })

/** How a field has no effect: Trove has it and Coffer has not, or nobody has. */
export type Effectless = { readonly effectless: 'absent' | 'unknown' }

/** What means the same as to leave the field out. What is nested deeper than clients send says something: a body may have any depth. */
const saysNothing = (value: unknown, levels = 3): boolean =>
  value === null || typeof value !== 'object'
    ? !value
    : levels > 0 && Object.values(value).every((inner) => saysNothing(inner, levels - 1))
