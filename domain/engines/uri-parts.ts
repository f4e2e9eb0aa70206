import type { ConnectionTarget } from './descriptor.ts'

/** `user:password@host:port` with everything escaped. */
export const authorityOf = ({ endpoint, user, password }: ConnectionTarget): string => {
  const secret = password === undefined ? '' : `:${escapeValue(password)}`
  const account = user === null ? '' : `${escapeValue(user)}${secret}@`
  return `${account}${hostOf(endpoint)}:${endpoint.port}`
}

/** An IPv6 address stands in brackets. */
export const hostOf = ({ host }: ConnectionTarget['endpoint']): string => (host.includes(':') ? `[${host}]` : host)

/** RFC 3986: everything but unreserved characters is escaped. Half a character, which JSON can carry and no URI, becomes U+FFFD. */
export const escapeValue = (text: string): string =>
  encodeURIComponent(text.toWellFormed()).replace(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  )

/** In a path these may stand as they are, and not every client unescapes them there. */
export const escapePath = (text: string): string =>
  escapeValue(text).replace(/%(?:24|26|2B|2C|3A|3B|3D|40)/g, decodeURIComponent)

/** As a value in a query, where `&`, `=`, `+` and `#` have a meaning of their own and a slash has none. */
export const escapeFile = (path: string): string => escapeValue(path).replaceAll('%2F', '/')

/** A parameter of a query, with what separates it from others; empty without a file. */
export const fileParameter = (separator: '?' | '&', name: string, path: string | undefined): string =>
  path === undefined ? '' : `${separator}${name}=${escapeFile(path)}`
