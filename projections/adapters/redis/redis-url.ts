export type RedisAddress = { readonly host: string; readonly port: number }

/** How to get to a Redis. `master`: what the Sentinels call it. */
export type RedisTarget = {
  readonly kind: 'single' | 'sentinel' | 'cluster'
  /** Of the server, of the Sentinels, or of nodes of the cluster that know the others. */
  readonly addresses: readonly RedisAddress[]
  readonly master: string | null
  readonly username: string | null
  readonly password: string | null
  readonly database: number
  readonly tls: boolean
}

const forms =
  'redis://[user:password@]host[:port][/database], redis+sentinel://[user:password@]host[:port],.../master[/database] ' +
  'or redis+cluster://[user:password@]host[:port],...; rediss for TLS'
const shape = /^(redis|rediss)(?:\+(sentinel|cluster))?:\/\/(?:([^@/]*)@)?([^@/?#]+)((?:\/[^/?#]*)*)$/
const defaultPorts = { single: 6379, sentinel: 26_379, cluster: 6379 } as const

/**
 * Reads a Redis URL in one of the forms `redis://`, `redis+sentinel://` and `redis+cluster://` (`rediss` for TLS), user and password
 * percent-encoded. Throws an Error that says what is accepted and holds nothing of the URL: it may have a password in it.
 */
export const parseRedisUrl = (url: string): RedisTarget => {
  if (/[?#]/.test(url))
    return refuse(': options behind a ? are not supported, the settings COFFER_REDIS_* take their place')
  const [, scheme, kind = 'single', credentials = '', hosts = '', path = ''] = shape.exec(url.trim()) ?? refuse('')
  if (kind !== 'single' && kind !== 'sentinel' && kind !== 'cluster') return refuse('')
  const addresses = hosts.split(',').map((host) => parseAddress(host, defaultPorts[kind]))
  if (kind === 'single' && addresses.length > 1) return refuse(': several hosts are for +sentinel or +cluster')
  const parts = path.split('/').filter((part) => part !== '')
  const master = kind === 'sentinel' ? parts.shift() : undefined
  if (kind === 'sentinel' && master === undefined) return refuse(": the master's name is missing")
  if (parts.length > (kind === 'cluster' ? 0 : 1)) return refuse(': too much behind the host')
  return {
    kind,
    addresses,
    master: master ?? null,
    ...parseCredentials(credentials),
    database: parseDatabase(parts[0]),
    tls: scheme === 'rediss',
  }
}

/** For people: which Redis, without credentials. */
export const describeTarget = ({ kind, addresses, master }: RedisTarget): string =>
  `${kind} ${addresses.map(({ host, port }) => `${host}:${port}`).join(',')}${master ? ` (${master})` : ''}`

const refuse = (why: string): never => {
  throw new Error(`not the URL of a Redis${why}; accepted: ${forms}`)
}

const parseAddress = (text: string, defaultPort: number): RedisAddress => {
  const [, ipv6, name, port] =
    /^(?:\[([0-9a-fA-F:.]+)\]|([^:[\]]+))(?::(\d{1,5}))?$/.exec(text) ?? refuse(': a host is wrong')
  const number = port === undefined ? defaultPort : Number(port)
  if (number < 1 || number > 65_535) return refuse(': a port is wrong')
  return { host: ipv6 ?? name ?? '', port: number }
}

const parseCredentials = (text: string): Pick<RedisTarget, 'username' | 'password'> => {
  const colon = text.indexOf(':')
  const [user, password] = colon < 0 ? [text, ''] : [text.slice(0, colon), text.slice(colon + 1)]
  try {
    return { username: decodeURIComponent(user) || null, password: decodeURIComponent(password) || null }
  } catch {
    return refuse(': user or password is not percent-encoded')
  }
}

const parseDatabase = (text: string | undefined): number => {
  if (text === undefined) return 0
  if (!/^\d{1,4}$/.test(text)) return refuse(': the database is not a number')
  return Number(text)
}
