import { type Logger, pino } from 'pino'
import type { Config } from './config.ts'
import { createPrettyStream } from './log-pretty.ts'

/** Names of fields that never hold anything to be read. Code does not log them; this is for the day it does. */
const secretFields = [
  'password',
  'sealedPassword',
  'token',
  'secret',
  'secretHash',
  'authorization',
  'cookie',
  'masterKey',
]

/** Secrets by their looks, wherever they stand in a line: tokens, bearer headers, passwords in URIs, private keys. */
const secretShapes: readonly (readonly [RegExp, string])[] = [
  [/\bcoffer_[A-Za-z0-9_-]{20,}/g, 'coffer_[hidden]'],
  [/\b(Bearer )[A-Za-z0-9._~+/-]{8,}=*/gi, '$1[hidden]'],
  [/(\b[a-z][a-z0-9+.-]*:\/\/[^\s:/@"]*:)[^\s@"]+@/gi, '$1[hidden]@'],
  [/-----BEGIN [A-Z ]*PRIVATE KEY-----.*?-----END [A-Z ]*PRIVATE KEY-----/gs, '[hidden private key]'],
]

export const hideSecrets = (line: string): string =>
  secretShapes.reduce((text, [shape, substitute]) => text.replace(shape, substitute), line)

export type LogStream = NodeJS.WritableStream & { readonly isTTY?: boolean }

/** Whether a stream is written in lines for people, and not in JSON. */
export const isForPeople = ({ logFormat }: Pick<Config, 'logFormat'>, stream: LogStream): boolean =>
  logFormat === 'pretty' || (logFormat === 'auto' && stream.isTTY === true)

/** The program's log: JSON lines, or lines for people on a terminal. Secrets in it are hidden, should any ever get there. */
export const createLog = (
  { logLevel, logFormat }: Pick<Config, 'logLevel' | 'logFormat'>,
  stream: LogStream,
): Logger => {
  const pretty = isForPeople({ logFormat }, stream)
  return pino(
    {
      level: logLevel,
      base: null,
      redact: { paths: secretFields.flatMap((name) => [name, `*.${name}`, `*.*.${name}`]), censor: '[hidden]' },
      formatters: { level: (label) => ({ level: label }) },
      timestamp: pino.stdTimeFunctions.isoTime,
      hooks: { streamWrite: hideSecrets },
    },
    pretty ? createPrettyStream(stream) : stream,
  )
}
