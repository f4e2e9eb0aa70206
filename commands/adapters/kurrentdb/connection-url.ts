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

const wholeNumber = /^\d{1,9}$/
const flag = /^(true|false)$/
const anything = /./

/**
 * The options that the client uses, and what each may be. Its own parser prints the whole URL, password and all, to the console for an option
 * that it does not know. Names are compared as the client compares them, whatever their case.
 */
const options: Readonly<Record<string, { readonly accepts: RegExp; readonly says: string }>> = {
  tls: { accepts: flag, says: 'must be true or false' },
  tlscafile: { accepts: anything, says: 'must be the path of a PEM file' },
  tlsverifycert: {
    accepts: /^true$/,
    says: 'must be true: certificates are always checked. Name the authority that signed them with tlsCAFile',
  },
  usercertfile: { accepts: anything, says: 'must be the path of a PEM file' },
  userkeyfile: { accepts: anything, says: 'must be the path of a PEM file' },
  connectionname: { accepts: anything, says: 'must be some text' },
  nodepreference: {
    accepts: /^(leader|follower|random|readonlyreplica)$/,
    says: 'must be leader, follower, readOnlyReplica or random',
  },
  maxdiscoverattempts: { accepts: wholeNumber, says: 'must be a whole number' },
  discoveryinterval: { accepts: wholeNumber, says: 'must be a whole number of milliseconds' },
  gossiptimeout: { accepts: wholeNumber, says: 'must be a whole number of seconds' },
  keepaliveinterval: {
    accepts: wholeNumber,
    says: 'must be a whole number of milliseconds: without keep-alive, a network that is silently gone goes unnoticed',
  },
  keepalivetimeout: {
    accepts: wholeNumber,
    says: 'must be a whole number of milliseconds: without keep-alive, a network that is silently gone goes unnoticed',
  },
  throwonappendfailure: {
    accepts: /^true$/,
    says: 'must be true: otherwise a refused append looks like one that was carried out',
  },
}
/** Options of the client that would have no effect. */
const unused: Readonly<Record<string, string>> = {
  defaultdeadline: 'is not supported: every call has a deadline of its own',
}
const known =
  'tls, tlsCAFile, tlsVerifyCert, userCertFile, userKeyFile, connectionName, nodePreference, maxDiscoverAttempts, ' +
  'discoveryInterval, gossipTimeout, keepAliveInterval, keepAliveTimeout and throwOnAppendFailure'

/**
 * Takes `esdb://` and the newer names of the same thing, `kurrentdb://` and `kdb://`, which client 6.2.1 does not know. Throws
 * `ConnectionUrlRefused` for any option that would not be used as it is written.
 */
export const parseConnectionUrl = (url: string): ConnectionUrl => {
  const { product, discover = '', user, password, hosts, query = '' } = pattern.exec(url.trim())?.groups ?? {}
  if (product === undefined || hosts === undefined) {
    throw new ConnectionUrlRefused(`the URL of the event store is not of the form ${form}`)
  }
  const credentials = user === undefined ? '' : `${user}:${password}@`
  assertEncoded(credentials)
  const given = query.split('&').filter((option) => option !== '')
  const asked = new Map(given.map(assertUsed))
  if (asked.size < given.length) throw new ConnectionUrlRefused('the URL of the event store has an option twice')
  assertConsistent(asked, discover !== '' || hosts.includes(','))
  return {
    clientUrl: `esdb${discover}://${credentials}${hosts}${given.length > 0 ? `?${given.join('&')}` : ''}`,
    shown: `esdb${discover}://${hosts}`,
  }
}

/** Options that only TLS has a use for, and those that only a cluster has. */
const ofTls = ['tlscafile', 'usercertfile', 'userkeyfile']
const ofClusters = ['nodepreference', 'maxdiscoverattempts', 'discoveryinterval', 'gossiptimeout']

/** Refuses options that the client would ignore because of what else the URL says. */
const assertConsistent = (asked: ReadonlyMap<string, string>, discovers: boolean): void => {
  const refuse = (why: string): never => {
    throw new ConnectionUrlRefused(`the URL of the event store ${why}`)
  }
  if (asked.get('tls') === 'false' && ofTls.some((key) => asked.has(key)))
    refuse('names certificates, and says tls=false')
  if (asked.has('usercertfile') !== asked.has('userkeyfile'))
    refuse('has one of userCertFile and userKeyFile: both are needed')
  if (!discovers && ofClusters.some((key) => asked.has(key)))
    refuse('has an option for discovery: name several hosts, or begin it with esdb+discover')
}

/** Returns the option's name, as the client compares names, and its value. Errors do not repeat values: after a mistake in the URL, one may hold a part of the password. */
const assertUsed = (option: string): readonly [key: string, value: string] => {
  const [, name = '', value = ''] = /^([^=]*)=?(.*)$/s.exec(option) ?? []
  const key = name.toLowerCase().replaceAll(/[_-]/g, '')
  const rule = Object.hasOwn(options, key) ? options[key] : undefined
  const why = Object.hasOwn(unused, key) ? unused[key] : undefined
  if (why !== undefined) throw new ConnectionUrlRefused(`${name} in the URL of the event store ${why}`)
  if (rule === undefined) {
    throw new ConnectionUrlRefused(`the URL of the event store has an unknown option; the options are ${known}`)
  }
  const plain = value.trim().toLowerCase()
  if (!rule.accepts.test(plain)) throw new ConnectionUrlRefused(`${name} in the URL of the event store ${rule.says}`)
  return [key, plain]
}

const assertEncoded = (text: string): void => {
  try {
    decodeURIComponent(text)
  } catch {
    throw new ConnectionUrlRefused('user and password in the URL of the event store must be percent-encoded')
  }
}
