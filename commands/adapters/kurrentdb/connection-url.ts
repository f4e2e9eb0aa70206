export type ConnectionUrl = {
  /** What the client is given. */
  readonly clientUrl: string
  /** What may be shown: scheme, hosts, no user, no password, no options. */
  readonly shown: string
}

/** Thrown for a URL nobody can connect with. The message holds no part of the URL that could be secret. */
export class ConnectionUrlRefused extends Error {
  override readonly name = 'ConnectionUrlRefused'
  readonly code = 'CONNECTION_URL_REFUSED'
}

const form = 'esdb://[user:password@]host[:port][,host[:port]...][?tls=true|false&...], or esdb+discover://'
const pattern =
  /^(?<product>esdb|kurrentdb|kdb)(?<discover>\+discover)?:\/\/(?:(?<user>[^:@/]+):(?<password>[^@]+)@)?(?<hosts>[^@/?]+)\/?(?:\?(?<query>.*))?$/

/**
 * Options that are left out. A wrong revision comes back as a success with `throwOnAppendFailure=false`; without keep-alive nobody hears
 * of a network that is silently gone, and a subscription waits for ever.
 */
const harmful = /^(throwOnAppendFailure=|keepAlive(Interval|Timeout)=-)/i

/** Takes `esdb://` and the newer names of the same thing, `kurrentdb://` and `kdb://`, which client 6.2.1 does not know. */
export const parseConnectionUrl = (url: string): ConnectionUrl => {
  const { product, discover = '', user, password, hosts, query = '' } = pattern.exec(url.trim())?.groups ?? {}
  if (product === undefined || hosts === undefined) {
    throw new ConnectionUrlRefused(`the URL of the event store is not of the form ${form}`)
  }
  const credentials = user === undefined ? '' : `${user}:${password}@`
  assertEncoded(credentials)
  const options = query.split('&').filter((option) => option !== '' && !harmful.test(option))
  return {
    clientUrl: `esdb${discover}://${credentials}${hosts}${options.length > 0 ? `?${options.join('&')}` : ''}`,
    shown: `esdb${discover}://${hosts}`,
  }
}

const assertEncoded = (text: string): void => {
  try {
    decodeURIComponent(text)
  } catch {
    throw new ConnectionUrlRefused('user and password in the URL of the event store must be percent-encoded')
  }
}
