import { z } from 'zod'
import type { Value } from './values.ts'

/** Of no user, no password and no key in a query: those belong in the headers, which are never shown. */
const isCollector = (value: string): boolean => {
  if (!URL.canParse(value)) return false
  const { protocol, username, password, search, hash } = new URL(value)
  return ['http:', 'https:'].includes(protocol) && [username, password, search, hash].every((part) => part === '')
}

export const collectorUrl: Value<string> = {
  schema: z.string().refine(isCollector),
  accepts: 'an http:// or https:// URL without a user, a password and a query in it',
}

/** Names as HTTP has them; values without commas, percent-encoded where need be, as OpenTelemetry has both lists. */
const pair = /^\s*([A-Za-z0-9!#$%&'*+.^_`|~/-]+)\s*=\s*([^,]*?)\s*$/

const parsePairs = (text: string): Readonly<Record<string, string>> | null => {
  const entries: [string, string][] = []
  for (const part of text.split(',').filter((each) => each.trim() !== '')) {
    const [, name, value] = pair.exec(part) ?? []
    if (name === undefined || value === undefined) return null
    try {
      entries.push([name, decodeURIComponent(value)])
    } catch {
      return null
    }
  }
  return Object.fromEntries(entries)
}

export const pairs: Value<Readonly<Record<string, string>>> = {
  schema: z.string().transform((text, context) => {
    const parsed = parsePairs(text)
    if (parsed) return parsed
    context.addIssue('not a list of pairs')
    return z.NEVER
  }),
  accepts: 'name=value, with commas between several, values percent-encoded',
}

export const ratio: Value<number> = {
  schema: z
    .string()
    .regex(/^(0|1|[01]?\.\d{1,12})$/)
    .transform(Number)
    .pipe(z.number().min(0).max(1)),
  accepts: 'a number from 0 to 1',
}
