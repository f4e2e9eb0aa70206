import { DataDirRefused } from '../commands/adapters/embedded/data-dir-lock.ts'
import { DatabaseRefused } from '../commands/adapters/embedded/inspect-database.ts'
import { ConnectionUrlRefused } from '../commands/adapters/kurrentdb/connection-url.ts'
import { EventStoreUnavailable } from '../commands/ports/event-store.ts'
import { MessageBusUnavailable, UnequalTopics } from '../commands/ports/message-bus.ts'
import { systemKernel } from '../kernel/kernel.ts'
import { StoreRefused } from './compose/check-stores.ts'
import { compose, type Started } from './compose.ts'
import { type Config, ConfigError, isDistributed, loadConfig, runs } from './config.ts'
import { describeCrash } from './crash.ts'
import { onStopSignal } from './lifecycle.ts'
import { createLog, isForPeople, type LogStream } from './log.ts'

/**
 * Runs a server until a signal ends it, and answers the exit code. `roles`: instead of what `COFFER_ROLES` says. What keeps it from
 * starting is told in one message that says what to do.
 */
export const serve = async (roles?: string): Promise<number> => {
  // What others may see is given to them by its mode, and never by the mask that this process was started under.
  process.umask(0o077)
  const interrupted = new AbortController()
  const { promise: ended, resolve: end } = Promise.withResolvers<void>()
  let config: Config | null = null
  try {
    const loaded = loadConfig(roles === undefined ? process.env : { ...process.env, COFFER_ROLES: roles })
    config = loaded.config
    const log = createLog(config, process.stderr)
    for (const warning of loaded.warnings) log.warn({}, warning)
    // Nobody knows what still works: whatever watches over the process starts another. Databases run on, and are adopted.
    process.on('uncaughtException', (error) => {
      const stack = describeCrash(error)
      log.fatal({ err: { message: stack.split('\n', 1)[0], stack } }, 'this is a bug, and the process ends')
      process.exit(1)
    })
    const wishes = {
      stop: (signal: NodeJS.Signals) => {
        log.info({ signal }, 'stopping; once more to end at once')
        interrupted.abort(new Error('stopped while it was starting'))
        end()
      },
      force: () => process.exit(130),
    }
    onStopSignal(process, wishes, systemKernel(log).clock)
    const server = compose(config, log)
    const started = await server.start(interrupted.signal)
    greet(started, config, process.stdout)
    const failure = await Promise.race([ended, server.failed])
    if (failure) log.error({ err: failure }, 'fatal: exiting so that the supervisor can restart this process')
    await server.stop()
    log.info({}, 'stopped')
    return failure ? 1 : 0
  } catch (error) {
    if (interrupted.signal.aborted) return 0
    process.stderr.write(`coffer: ${explain(error, config)}\n`)
    return 1
  }
}

/**
 * Says on standard output that the server is ready: in words to people, and as a line of JSON where the log is one of JSON, as both streams
 * may end in the same place.
 */
export const greet = (started: Started, config: Config, stdout: LogStream): void => {
  if (isForPeople(config, stdout)) return void stdout.write(`${greeting(started, config)}\n`)
  const { url, adminTokenFile } = started
  const api = runs(config, 'api')
  const sentence = api ? `Coffer is ready at ${url}` : roleSentence(started, config)
  createLog({ logLevel: 'info', logFormat: 'json' }, stdout).info({ url, ...(api && { adminTokenFile }) }, sentence)
}

const roleSentence = ({ url }: Started, config: Config): string => {
  const where = isDistributed(config) ? `the stores at ${config.kafkaBrokers?.join(', ')}` : config.dataDir
  return `Coffer runs as ${config.roles.join(', ')} on ${where}; probes and metrics: ${url}`
}

const greeting = (started: Started, config: Config): string => {
  const { url, adminTokenFile } = started
  if (!runs(config, 'api')) return roleSentence(started, config)
  return `
  Coffer is ready at ${url}${config.mode === 'development' ? ` (GraphiQL: ${url}/graphql)` : ''}
  The admin token is ${adminTokenFile === null ? 'that of COFFER_ADMIN_TOKEN' : `in ${adminTokenFile}`}

  Make a database:  ./coffer instance create shop --datastore postgresql --database app --user app --wait
`
}

/** Their messages say what to do. */
const refusals = [
  ConfigError,
  DataDirRefused,
  DatabaseRefused,
  ConnectionUrlRefused,
  EventStoreUnavailable,
  MessageBusUnavailable,
  UnequalTopics,
  StoreRefused,
]

/** Not everybody expects one of a process without an API. */
const useOfPort = (config: Config): string =>
  runs(config, 'api') ? '' : ` (${config.roles.join(', ')}: for probes and metrics alone; 0 is any free one)`

/** What went wrong and what to do about it; anything that is not foreseen keeps its stack, as it is a bug. */
const explain = (error: unknown, config: Config | null): string => {
  if (refusals.some((refusal) => error instanceof refusal)) return (error as Error).message
  const { code, message } = error as NodeJS.ErrnoException
  const where = `${config?.host}:${config?.port}`
  switch (code) {
    case 'EADDRINUSE':
      return (
        `port ${config?.port} on ${config?.host} is taken by another program, perhaps by another process of Coffer: ` +
        `stop that one, or choose another port with COFFER_PORT${config ? useOfPort(config) : ''}`
      )
    case 'EADDRNOTAVAIL':
    case 'ENOTFOUND':
      return `${config?.host} is no address of this machine: set COFFER_HOST to one that is`
    case 'EACCES':
      return `${where} may not be used by this account (${message}): choose another port with COFFER_PORT`
    default:
      return describeCrash(error)
  }
}
