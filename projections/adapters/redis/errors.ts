import { ViewStoreUnavailable } from '../../ports/view-store.ts'

/**
 * What a Redis answers that is there and cannot serve just now, or not us. Any other answer is a bug of ours.
 * Redis has no error codes but the first word of the message.
 */
const unavailable = new Set([
  'ASK',
  'BUSY',
  'CLUSTERDOWN',
  'LOADING',
  'MASTERDOWN',
  'MISCONF',
  'MOVED',
  'NOAUTH',
  'NOPERM',
  'NOREPLICAS',
  'NOSCRIPT',
  'OOM',
  'READONLY',
  'TRYAGAIN',
  'WRONGPASS',
])

/**
 * An error of ioredis without what it carries along: a `ReplyError` has the command with all its arguments, which are documents or, of
 * AUTH, the password (ioredis 6.0.0), and would take them into the log.
 */
export const bareError = (error: unknown): Error => {
  if (!(error instanceof Error)) return new Error(String(error))
  const bare = new Error(error.message)
  bare.name = error.name
  return 'code' in error ? Object.assign(bare, { code: error.code }) : bare
}

/** What Redis itself answered, and not because it cannot serve. */
export const isReplyError = (error: unknown): boolean => error instanceof Error && error.name === 'ReplyError'

const wrongLogin = new Set(['NOAUTH', 'NOPERM', 'WRONGPASS'])
/** As Node calls a certificate that it does not trust, is out of date or is for another name. */
const wrongCertificate = /^(CERT_|DEPTH_ZERO_|ERR_TLS_CERT_|SELF_SIGNED_|UNABLE_TO_)/

const firstWord = ({ message }: Error): string => message.split(' ', 1)[0] ?? ''

/**
 * Whether waiting does not help, as somebody must change what this program or the server is told: this user may not, or the certificate is
 * not trusted.
 */
export const isRefused = (error: unknown): boolean => {
  if (!(error instanceof Error)) return false
  const code = 'code' in error ? String(error.code) : ''
  const isOfLogin = isReplyError(error) && wrongLogin.has(firstWord(error))
  return isOfLogin || wrongCertificate.test(code) || isRefused(error.cause)
}

/** `what`: what was tried. `outage`: why there is no connection, where that is known: ioredis 6.0.0 says only how often it tried. */
export const translateError = (what: string, error: unknown, outage: Error | null = null): Error => {
  if (error instanceof ViewStoreUnavailable) return error
  const isOutage = error instanceof Error && error.name === 'MaxRetriesPerRequestError'
  const cause = isOutage && outage !== null ? outage : bareError(error)
  if (isReplyError(cause) && !unavailable.has(firstWord(cause))) return cause
  return new ViewStoreUnavailable(`Redis could not ${what}: ${cause.message}`, { cause })
}
