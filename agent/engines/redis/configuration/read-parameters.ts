import type { Parameter } from '../../../../domain/values/parameter.ts'
import type { EngineInstance } from '../../engine.ts'
import { type Ask, RedisRefusal, withAdministration } from '../session.ts'

/** A value that no parameter but a text takes, and two that are beyond every bound. */
const probes = { word: 'coffer-probe', high: '9223372036854775807', low: '-9223372036854775808' } as const

/** Former names of others (Redis 7.0, `config.c`): two names of one parameter would contradict each other. */
const formerNames = /ziplist|^lua-time-limit$|slave/

/**
 * Those that a running server does not take, and so says nothing of: what they are is in the current value and in `redis.conf` of 7.0. Redis sets no end to
 * the number of databases, each of which takes memory whether or not it is used; this is ours.
 */
const knownRanges: Readonly<Record<string, readonly [min: number, max: number]>> = {
  databases: [1, 65_536],
  'io-threads': [1, 128],
  'tcp-backlog': [0, 2_147_483_647],
}

/** The engine's own values of what Coffer sets otherwise (`redis.conf` of 7.0): a server that Coffer started does not tell them. */
const knownDefaults: Readonly<Record<string, string>> = {
  maxmemory: '0',
  maxclients: '10000',
  'tcp-keepalive': '300',
  'maxmemory-policy': 'noeviction',
  appendfsync: 'everysec',
  databases: '16',
}

/**
 * Redis has no catalogue: it is asked what it makes of values that do not fit, and its refusals tell the type. Each parameter has its own value again
 * before the next is asked. For a server that nobody uses. Throws `EngineFault`, or the signal's reason.
 */
export const readParameters = (instance: EngineInstance, signal: AbortSignal): Promise<readonly Parameter[]> =>
  withAdministration(instance, signal, async (ask) => {
    const told = (await ask('CONFIG', 'GET', '*')) as readonly string[]
    const pairs = told.flatMap((name, index) => (index % 2 === 0 ? [[name, told[index + 1] ?? ''] as const] : []))
    const parameters: Parameter[] = []
    for (const [name, value] of [...pairs].sort(([a], [b]) => (a < b ? -1 : 1))) {
      if (!formerNames.test(name)) parameters.push(await parameterOf(ask, name, value))
    }
    return parameters
  })

const parameterOf = async (ask: Ask, name: string, value: string): Promise<Parameter> => {
  const refusals: string[] = []
  // What these would do is not wanted of any server; Coffer sets them itself.
  const isUntouchable = /^(?:port|tls-|bind|unixsocket|dir$|requirepass|masterauth|logfile|replicaof|appendonly)/.test(
    name,
  )
  for (const probe of isUntouchable ? [] : Object.values(probes)) {
    const refusal = await refusalOf(ask, name, probe)
    if (refusal === null) await ask('CONFIG', 'SET', name, value)
    refusals.push(refusal ?? '')
  }
  const [word = '', ...ofBounds] = refusals
  const isImmutable = /can't set immutable config/.test(word)
  return {
    name,
    ...(isImmutable ? typeOfValue(name, value) : typeOfRefusal(word, ofBounds, value)),
    default: knownDefaults[name] ?? value,
    restart: isImmutable,
    readOnly: false,
    summary: '',
  }
}

const refusalOf = (ask: Ask, name: string, value: string): Promise<string | null> =>
  ask('CONFIG', 'SET', name, value).then(
    () => null,
    (error: unknown) => {
      if (error instanceof RedisRefusal) return error.said
      throw error
    },
  )

type TypeOf = Pick<Parameter, 'type' | 'min' | 'max' | 'values' | 'unit'>
const plain: Omit<TypeOf, 'type'> = { min: null, max: null, values: null, unit: null }

const typeOfRefusal = (word: string, ofBounds: readonly string[], value: string): TypeOf => {
  if (/must be 'yes' or 'no'/.test(word)) return { ...plain, type: 'boolean' }
  const [, words] = /must be one of the following: (.*)$/.exec(word) ?? []
  if (words !== undefined) return { ...plain, type: 'enum', values: words.split(', ') }
  const isMemory = /must be a memory/.test(word)
  const isNumber = isMemory || /couldn't be parsed into an integer|must be a percent/.test(word)
  if (!isNumber || !/^-?\d+$/.test(value)) return { ...plain, type: 'text' }
  const bounds = ofBounds.flatMap((refusal) => [
    ...(/between (-?\d+) and (-?\d+)/.exec(refusal)?.slice(1, 3).map(Number) ?? []),
  ])
  const [min = null, max = null] = bounds
  return { ...plain, type: 'integer', min, max, unit: isMemory ? 'B' : null }
}

const typeOfValue = (name: string, value: string): TypeOf => {
  if (value === 'yes' || value === 'no') return { ...plain, type: 'boolean' }
  if (!/^-?\d+$/.test(value)) return { ...plain, type: 'text' }
  const [min = null, max = null] = knownRanges[name] ?? []
  return { ...plain, type: 'integer', min, max }
}
