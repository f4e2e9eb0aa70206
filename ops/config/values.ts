import { z } from 'zod'

/** How the text of one environment variable is read, and in words what it may be. */
export type Value<T> = { readonly schema: z.ZodType<T, string>; readonly accepts: string }

/** Marks an issue of a schema whose message says more than what is accepted. */
export const told = { isTold: true } as const

/** Why a value was refused, if its schema says so. */
export const reasonOf = (error: z.ZodError): string | null =>
  error.issues.find((issue) => issue.code === 'custom' && issue.params === told)?.message ?? null

export const text = (accepts: string, pattern = /\S/): Value<string> => ({
  schema: z.string().regex(pattern),
  accepts,
})

export const wholeNumber = (min: number, max: number, unit: string): Value<number> => ({
  schema: z
    .string()
    .regex(/^\d{1,15}$/)
    .transform(Number)
    .pipe(z.int().min(min).max(max)),
  accepts: `a whole number of ${unit} from ${min} to ${max}`,
})

/** Written in seconds, used in milliseconds. */
export const seconds = (min: number, max: number): Value<number> => {
  const value = wholeNumber(min, max, 'seconds')
  return { ...value, schema: value.schema.transform((amount) => amount * 1000) }
}

export const port: Value<number> = {
  ...wholeNumber(0, 65_535, 'port'),
  accepts: 'a port from 1 to 65535, or 0 for any free one',
}

type Range = { readonly first: number; readonly last: number }

/** `example`: of how it is written. */
const range = (least: number, most: number, unit: string, example: string): Value<Range> => ({
  schema: z
    .string()
    .regex(/^\d{1,10}-\d{1,10}$/)
    .transform((written) => {
      const [first, last] = written.split('-').map(Number)
      return { first, last }
    })
    .pipe(
      z
        .object({ first: z.int().min(least).max(most), last: z.int().min(least).max(most) })
        .refine(({ first, last }) => first <= last),
    ),
  accepts: `two ${unit} from ${least} to ${most} with a dash between them, the lower one first: ${example}`,
})

export const portRange = range(1, 65_535, 'ports', '15432-19999')

/** Below are those of the system, above those that the kernel or systemd keep for themselves. */
export const accountIdRange = range(1000, 2_147_483_646, 'ids', '40000-49999')

export const oneOf = <const Word extends string>(...words: readonly [Word, ...Word[]]): Value<Word> => ({
  schema: z.enum(words) as unknown as z.ZodType<Word, string>,
  accepts: `one of ${words.join(', ')}`,
})

export const commaSeparated = (value: string): string[] =>
  value
    .split(',')
    .map((word) => word.trim())
    .filter((word) => word !== '')

export const listOf = <const Word extends string>(...words: readonly [Word, ...Word[]]): Value<readonly Word[]> => ({
  schema: z
    .string()
    .transform(commaSeparated)
    .pipe(z.array(z.enum(words)).min(1)),
  accepts: `one or more of ${words.join(', ')}, with commas between them`,
})

const isOrigin = (value: string): boolean => URL.canParse(value) && new URL(value).origin === value

export const origins: Value<readonly string[]> = {
  schema: z
    .string()
    .transform(commaSeparated)
    .pipe(z.array(z.string().refine(isOrigin))),
  accepts: 'origins such as https://console.example.org, with commas between them',
}

/** A loopback address may go without TLS: what an identity provider says must not be changed on the way. */
const isIssuer = (value: string): boolean => {
  if (!URL.canParse(value)) return false
  const { protocol, hostname } = new URL(value)
  return protocol === 'https:' || (protocol === 'http:' && ['localhost', '127.0.0.1', '[::1]'].includes(hostname))
}

export const issuer: Value<string> = {
  schema: z.string().refine(isIssuer),
  accepts: 'an https:// URL (http:// only on this machine)',
}
