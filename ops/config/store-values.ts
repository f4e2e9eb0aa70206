import { z } from 'zod'
import { parseConnectionUrl } from '../../commands/adapters/kurrentdb/connection-url.ts'
import { tryJoinToken } from '../../domain/guest/join-token.ts'
import { parseRedisUrl } from '../../projections/adapters/redis/redis-url.ts'
import { commaSeparated, text, told, type Value } from './values.ts'

/** A text that `parse` can read. Its error, which holds no secret, is what the operator is told. */
const readBy = (parse: (value: string) => unknown): z.ZodType<string, string> =>
  z.string().superRefine((value, context) => {
    try {
      parse(value)
    } catch (error) {
      context.addIssue({
        code: 'custom',
        message: error instanceof Error ? error.message : String(error),
        params: told,
      })
    }
  })

export const eventStoreUrl: Value<string> = {
  schema: readBy(parseConnectionUrl),
  accepts: 'esdb://[user:password@]host[:port][,host[:port]...][?tls=true|false&...], or esdb+discover://',
}

export const redisUrl: Value<string> = {
  schema: readBy(parseRedisUrl),
  accepts:
    'redis://[user:password@]host[:port][/database], redis+sentinel://host[:port],.../master or redis+cluster://host[:port],...; rediss for TLS',
}

/**
 * Without a dot, so that no system's names begin with those of another, whatever the two are called; and what is not in a namespace begins
 * with `coffer.` in Kafka.
 */
export const namespace: Value<string> = text(
  'a lower-case word of up to 32 letters and digits, and not "coffer"; "none" for a log whose streams have no namespace',
  /^(?!coffer$)[a-z][a-z0-9]{0,31}$/,
)

const isBroker = (address: string): boolean => {
  const [, given] = /^(?:[^\s:/@?#&=[\]]+|\[[0-9a-fA-F:.]+\]):(\d{1,5})$/.exec(address) ?? []
  return given !== undefined && Number(given) >= 1 && Number(given) <= 65_535
}

export const brokers: Value<readonly string[]> = {
  schema: z
    .string()
    .transform(commaSeparated)
    .pipe(z.array(z.string().refine(isBroker)).min(1)),
  accepts: 'one or more host:port, with commas between them',
}

/** 32 bytes are 43 digits of base64url. */
export const secretKey: Value<string> = text('32 bytes as base64url: 43 characters', /^[A-Za-z0-9_-]{43}$/)

export const joinToken: Value<string> = {
  schema: z.string().refine((value) => tryJoinToken(value) !== null),
  accepts: 'what "coffer admin host join-token" shows, beginning with coffer_join_',
}

export const token: Value<string> = text('32 to 256 letters, digits, - and _', /^[A-Za-z0-9_-]{32,256}$/)
