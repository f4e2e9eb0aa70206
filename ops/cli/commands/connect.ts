import { spawn } from 'node:child_process'
import { constants } from 'node:os'
import type { ClientSession, ConnectionTarget, EngineDescriptor } from '../../../domain/engines/descriptor.ts'
import { engineOf, engines } from '../../../domain/engines/registry.ts'
import { connectionTarget, connectionUri } from '../../../domain/values/connection-strings.ts'
import { saveCaCertificate } from '../ca-certificate.ts'
import { findClientTool } from '../client-tools.ts'
import { type CliContext, shellWord } from '../context.ts'
import { datastoreOf } from '../datastore.ts'
import { refused } from '../failure.ts'
import { findInstance } from '../find-instance.ts'
import type { InstanceFragment } from '../generated/graphql.ts'
import { clientDataDir } from '../settings.ts'

const uriForm = 'uri'

/** Those of all engines; which of them an instance has is known when it is found. */
export const connectionFormats: readonly string[] = [
  uriForm,
  ...new Set(Object.values(engines).flatMap(({ forms }) => Object.keys(forms))),
]

export type ConnectOptions = {
  readonly user?: string
  readonly database?: string
  /** For the client program to carry out, instead of a session. */
  readonly command?: string
  readonly print: boolean
  readonly format?: string
}

/**
 * Opens the engine's own client program on an instance, over TLS with the server verified. The program asks for the password itself, or finds it in
 * its environment, so it is on no command line. `extra`: further arguments for it. Answers its exit code.
 */
export const connect = async (
  context: CliContext,
  nameOrId: string,
  options: ConnectOptions,
  extra: readonly string[],
): Promise<number> => {
  const { environment, terminal } = context
  const instance = await findInstance(context, nameOrId)
  const { version } = instance
  const datastore = datastoreOf(instance)
  const { title, client } = engineOf(datastore)
  const target = targetOf(context, instance, options)
  const password = environment.COFFER_DB_PASSWORD || environment[client.passwordVariable] || undefined
  if (options.print || options.format) {
    await printTarget(context, instance, { ...target, password }, options.format ?? uriForm)
    return 0
  }
  if (instance.status === 'STOPPED') {
    const start = `${context.invocation} instance start ${shellWord(instance.name)} --wait`
    throw refused({ code: 'INVALID_STATE', message: `${instance.name} is STOPPED: start it with ${start}` })
  }
  const tool = await findClientTool(datastore, version, context)
  if (tool !== null) {
    if (tool.advice !== null) terminal.stderr.write(`${tool.advice}\n`)
    const session = client.session({ ...target, password }, options.command)
    return runClient(tool.path, session, extra, {
      ...(tool.libraries ? { LD_LIBRARY_PATH: tool.libraries } : {}),
      ...meantFor(client.environment, environment),
      ...(password ? { [client.passwordVariable]: password } : {}),
    })
  }
  terminal.stderr.write(
    `${client.program} is not installed here. ${client.howToGet(version)}. Any ${title} client can use this URI, with the password of the user:\n`,
  )
  const uri = connectionUri(datastore, target)
  await context.output.one({ uri }, () => [uri])
  return extra.length === 0 && options.command === undefined ? 0 : 127
}

/** The password stands only where the caller has given it and the form needs it. */
const printTarget = async (
  { output, invocation }: CliContext,
  instance: InstanceFragment,
  { password, ...shown }: ConnectionTarget,
  format: string,
): Promise<void> => {
  const { name } = instance
  const datastore = datastoreOf(instance)
  const { title, forms }: EngineDescriptor = engineOf(datastore)
  if (format === uriForm) {
    const uri = connectionUri(datastore, shown)
    return output.one({ uri }, () => [uri])
  }
  const form = forms[format]
  if (form === undefined) {
    const accepted = [uriForm, ...Object.keys(forms)].join(', ')
    const message = `${name} is a ${title}, which has no form "${format}": ${accepted} can be printed`
    throw refused({ code: 'INVALID_INPUT', message })
  }
  if (form.password === 'needed' && password === undefined) {
    const message = `a line for ${format} holds the password: set COFFER_DB_PASSWORD, then repeat ${invocation} connect`
    throw refused({ code: 'INVALID_INPUT', message })
  }
  const written = form.write(form.password === 'never' ? shown : { ...shown, password })
  return output.one({ [format]: written }, () => (typeof written === 'string' ? [written] : written))
}

const targetOf = (
  { environment }: CliContext,
  instance: InstanceFragment,
  options: ConnectOptions,
): ConnectionTarget => {
  const { name, status, endpoint, caCertificate } = instance
  if (!endpoint || !caCertificate) {
    throw refused({ code: 'INVALID_STATE', message: `${name} is ${status} and has no endpoint` })
  }
  const target = connectionTarget({ ...instance, datastore: datastoreOf(instance) }, endpoint, options)
  if (!target.user) {
    throw refused({ code: 'INVALID_INPUT', message: `${name} was made without users: name one with --user` })
  }
  return { ...target, caFile: saveCaCertificate(caCertificate, clientDataDir(environment)) }
}

/** The terminal and the language; what else the program is told comes from its descriptor. */
const meant = /^(HOME|PATH|TERM|COLORTERM|NO_COLOR|LANG|LANGUAGE|LC_.+|TZ|USER|LOGNAME|SHELL|TMPDIR|XDG_.+)$/

const meantFor = (ofProgram: RegExp, environment: NodeJS.ProcessEnv): NodeJS.ProcessEnv =>
  Object.fromEntries(Object.entries(environment).filter(([name]) => meant.test(name) || ofProgram.test(name)))

const runClient = (
  path: string,
  { args, input }: ClientSession,
  extra: readonly string[],
  env: NodeJS.ProcessEnv,
): Promise<number> =>
  new Promise((resolve, reject) => {
    const client = spawn(path, [...args, ...extra], {
      stdio: [input === undefined ? 'inherit' : 'pipe', 'inherit', 'inherit'],
      env,
    })
    // One that ends without reading it says why by its exit code.
    client.stdin?.on('error', () => {}).end(input)
    // Ctrl-C in the program ends a query, not the session: the terminal sends it to all of us.
    const ignore = (): void => {}
    process.on('SIGINT', ignore)
    client.once('error', reject)
    client.once('exit', (code, signal) => {
      process.off('SIGINT', ignore)
      resolve(code ?? 128 + (signal ? constants.signals[signal] : 0))
    })
  })
