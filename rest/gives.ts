import { z } from 'zod'

/** What a call answers if it does what was asked: its status, and the body, of which programs may rely on what is named. Null: none. */
export type Gives = { readonly status: number; readonly body: z.ZodObject | null }

export const gives = (shape: z.ZodRawShape, status = 200): Gives => ({ status, body: z.looseObject(shape) })

/** It is being done. Where an operation does it, `X-Coffer-Operation` names it. */
export const accepted: Gives = { status: 202, body: null }

const linkShape = z.looseObject({ rel: z.string(), href: z.string() })
export const linksShape = z.array(linkShape)

/** A list, and where its next page is. */
export const givesPage = (noun: string, item: z.ZodType): Gives =>
  gives({ [noun]: z.array(item), links: linksShape.optional(), [`${noun}_links`]: linksShape.optional() })

export const nameShape = z.looseObject({ name: z.string() })
export const idAndName = { id: z.string(), name: z.string() } as const
