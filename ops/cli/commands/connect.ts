import { spawn } from 'node:child_process'
import { constants } from 'node:os'
import {
  type ConnectionTarget,
  connectionUri,
  environmentLines,
  jdbcUrl,
  pgpassLine,
} from '../../../domain/values/connection-strings.ts'
import { saveCaCertificate } from '../ca-certificate.ts'
import { adviceOn, findPsql, howToGetClients } from '../client-tools.ts'
import { type CliContext, shellWord } from '../context.ts'
import { refused } from '../failure.ts'
import { findInstance } from '../find-instance.ts'
import { clientDataDir } from '../settings.ts'
import type { Instance } from '../types.ts'

export const connectionFormats = ['uri', 'jdbc', 'env', 'pgpass'] as const
export type ConnectionFormat = (typeof connectionFormats)[number]

export type ConnectOptions = {
  readonly user?: string
  readonly database?: string
  /** For psql to carry out, instead of a session. */
  readonly command?: string
  readonly print: boolean
  readonly format?: ConnectionFormat
}

/**
 * Opens psql on an instance, over TLS with the server verified. psql asks for the password itself, or finds it in its environment, so
 * it is on no command line. `extra`: further arguments for psql. Answers psql's exit code.
 */
export const connect = async (
  context: CliContext,
  nameOrId: string,
  options: ConnectOptions,
  extra: readonly string[],
): Promise<number> => {
  const instance = await findInstance(context, nameOrId)
  const target = targetOf(context, instance, options)
  const password = context.environment.COFFER_DB_PASSWORD || context.environment.PGPASSWORD || undefined
  if (options.print || options.format) {
    await printTarget(context, { ...target, password }, options.format ?? 'uri')
    return 0
  }
  if (instance.status === 'STOPPED') {
    const start = `${context.invocation} instance start ${shellWord(instance.name)} --wait`
    throw refused({ code: 'INVALID_STATE', message: `${instance.name} is STOPPED: start it with ${start}` })
  }
  const uri = connectionUri(target)
  const command = options.command === undefined ? [] : ['--command', options.command]
  const psql = await findPsql(instance.version, context.environment)
  if (psql !== null) {
    const advice = adviceOn(psql, instance.version)
    if (advice !== null) context.terminal.stderr.write(`${advice}\n`)
    return runPsql(psql.path, [uri, ...command, ...extra], {
      ...meantForPsql(context.environment),
      ...(password ? { PGPASSWORD: password } : {}),
    })
  }
  context.terminal.stderr.write(
    `psql is not installed here. ${howToGetClients(instance.version)}. Any PostgreSQL client can use this URI, with the password of the user:\n`,
  )
  await context.output.one({ uri }, () => [uri])
  return extra.length + command.length === 0 ? 0 : 127
}

/** The password stands only where the caller has given it and the format needs it. */
const printTarget = async (
  { output, invocation }: CliContext,
  target: ConnectionTarget,
  format: ConnectionFormat,
): Promise<void> => {
  const { password: _password, ...shown } = target
  switch (format) {
    case 'uri':
      return output.one({ uri: connectionUri(shown) }, () => [connectionUri(shown)])
    case 'jdbc':
      return output.one({ jdbc: jdbcUrl(shown) }, () => [jdbcUrl(shown)])
    case 'env':
      return output.one({ env: environmentLines(target) }, () => environmentLines(target))
    case 'pgpass': {
      if (target.password === undefined) {
        const message = `a line for pgpass holds the password: set COFFER_DB_PASSWORD, then repeat ${invocation} connect`
        throw refused({ code: 'INVALID_INPUT', message })
      }
      return output.one({ pgpass: pgpassLine(target) }, () => [pgpassLine(target)])
    }
  }
}

const targetOf = ({ environment }: CliContext, instance: Instance, options: ConnectOptions): ConnectionTarget => {
  const { name, status, datastore, endpoint, caCertificate } = instance
  if (datastore !== 'postgresql') {
    throw refused({
      code: 'INVALID_INPUT',
      message: `${name} is a ${datastore}: coffer connect opens PostgreSQL instances`,
    })
  }
  if (!endpoint || !caCertificate) {
    throw refused({ code: 'INVALID_STATE', message: `${name} is ${status} and has no endpoint` })
  }
  const user = options.user ?? instance.users[0]?.name
  if (!user) throw refused({ code: 'INVALID_INPUT', message: `${name} was made without users: name one with --user` })
  const database =
    options.database ??
    instance.users.find((candidate) => candidate.name === user)?.databases[0] ??
    instance.databases[0] ??
    'postgres'
  const caFile = saveCaCertificate(caCertificate, clientDataDir(environment))
  return { datastore, endpoint, user, database, caFile }
}

/** The terminal, the language and what psql itself is told. */
const meant = /^(HOME|PATH|TERM|COLORTERM|NO_COLOR|PG_COLORS?|LANG|LANGUAGE|LC_.+|TZ|USER|LOGNAME|SHELL|TMPDIR|XDG_.+)$/
const ofPsql = /^(PSQL.+|PGPASSFILE|PAGER|LESS|LESSCHARSET|EDITOR|VISUAL)$/

/**
 * What libpq takes from PGOPTIONS, PGHOSTADDR, PGSERVICE, PGSSLCERT and their like would go to another server, or make another session than the
 * one that was asked for.
 */
const meantForPsql = (environment: NodeJS.ProcessEnv): NodeJS.ProcessEnv =>
  Object.fromEntries(Object.entries(environment).filter(([name]) => meant.test(name) || ofPsql.test(name)))

const runPsql = (path: string, args: readonly string[], environment: NodeJS.ProcessEnv): Promise<number> =>
  new Promise((resolve, reject) => {
    const psql = spawn(path, args, { stdio: 'inherit', env: environment })
    // Ctrl-C in psql ends a query, not the session: the terminal sends it to all of us.
    const ignore = (): void => {}
    process.on('SIGINT', ignore)
    psql.once('error', reject)
    psql.once('exit', (code, signal) => {
      process.off('SIGINT', ignore)
      resolve(code ?? 128 + (signal ? constants.signals[signal] : 0))
    })
  })
