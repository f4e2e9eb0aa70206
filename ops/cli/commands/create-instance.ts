import { connectionUri, saveCaCertificate } from '../connection-uri.ts'
import { type CliContext, invocation } from '../context.ts'
import { documents } from '../documents.ts'
import { trouble } from '../failure.ts'
import { formatFields } from '../output.ts'
import { collectPasswords, parseUser, type UserArgument } from '../passwords.ts'
import { clientDataDir } from '../settings.ts'
import type { Credential, Instance, Refusal } from '../types.ts'
import { instanceAfter, throwUnlessSucceeded, waitForOperation } from '../wait.ts'
import { acceptedOf, type InstanceOperationAccepted, type WaitOptions } from './change-instance.ts'
import { instanceFields } from './show-instance.ts'

export type CreateOptions = WaitOptions & {
  readonly datastore: string
  readonly version?: string
  readonly flavor?: string
  readonly volume?: number
  readonly database: readonly string[]
  readonly user: readonly string[]
  readonly passwordEnv: readonly string[]
  readonly passwordStdin?: string
  readonly passwordPrompt: readonly string[]
}

type CreateAccepted = InstanceOperationAccepted & {
  readonly operationId: string
  readonly credentials: readonly Credential[]
}
/** `uri`: null until the instance has an endpoint. `password`: null when a repeat of the request answers, as it is shown but once. */
type ShownCredential = { user: string; password: string | null; databases: readonly string[]; uri: string | null }

export const createInstance = async (context: CliContext, name: string, options: CreateOptions): Promise<void> => {
  const { api, environment, terminal, signal } = context
  const users = await collectPasswords(
    options.user.map(parseUser),
    { fromEnvironment: options.passwordEnv, fromStdin: options.passwordStdin, fromPrompt: options.passwordPrompt },
    environment,
    terminal,
  )
  const input = {
    name,
    datastore: options.datastore,
    version: options.version,
    flavor: options.flavor,
    volumeGiB: options.volume,
    databases: options.database.map((database) => ({ name: database })),
    users,
    idempotencyKey: options.idempotencyKey,
  }
  const { result } = await api.request<{ result: CreateAccepted | Refusal }>(
    documents.createInstance,
    { input },
    signal,
  )
  const accepted = acceptedOf(result)
  const { instance, operationId, replayed } = accepted
  if (!options.wait) {
    if (!instance) throw notVisibleYet(name, credentialsOf(accepted, instance, users))
    return print(context, instance, operationId, replayed, credentialsOf(accepted, instance, users))
  }
  const ended = await waitForOperation(context, operationId, options.timeout * 1000)
  throwUnlessSucceeded(ended, `${name} could not be made`)
  const made = await instanceAfter(context, ended)
  await print(context, made, operationId, replayed, credentialsOf(accepted, made, users))
}

/** What the server showed; for a repeat of an earlier request, what can be known without it. */
const credentialsOf = (
  { credentials }: CreateAccepted,
  instance: Instance | null,
  users: readonly UserArgument[],
): Omit<ShownCredential, 'uri'>[] => {
  if (credentials.length > 0) return [...credentials]
  return (instance?.users ?? []).map(({ name, databases }) => ({
    user: name,
    password: users.find((user) => user.name === name)?.password ?? null,
    databases,
  }))
}

/** The request was accepted and its passwords are shown this once, though the server is too far behind to show the instance. */
const notVisibleYet = (name: string, credentials: readonly Omit<ShownCredential, 'uri'>[]): Error => {
  const lines = credentials.map(
    ({ user, password }) => `  user ${user}, password ${password ?? '(shown once, when it was made)'}`,
  )
  return trouble(
    'NOT_VISIBLE_YET',
    [`${name} is being made, but the server can not show it yet: try "coffer instance show ${name}"`, ...lines].join(
      '\n',
    ),
  )
}

const print = async (
  { output, environment }: CliContext,
  instance: Instance,
  operationId: string,
  replayed: boolean,
  known: readonly Omit<ShownCredential, 'uri'>[],
): Promise<void> => {
  const { endpoint, caCertificate, datastore } = instance
  const caFile = caCertificate ? saveCaCertificate(caCertificate, clientDataDir(environment)) : null
  const credentials = known.map(({ user, password, databases }): ShownCredential => {
    const database = databases[0] ?? instance.databases[0] ?? 'postgres'
    const account = password === null ? { user } : { user, password }
    const uri = endpoint && caFile ? connectionUri({ datastore, endpoint, ...account, database, caFile }) : null
    return { user, password, databases, uri }
  })
  await output.one({ ...instance, caCertificateFile: caFile, operationId, replayed, credentials }, () => [
    ...instanceFields(instance),
    ...credentials.flatMap((credential) => ['', ...credentialLines(credential)]),
    '',
    ...nextSteps(instance, operationId, credentials, invocation(environment)),
  ])
}

const credentialLines = ({ user, password, uri }: ShownCredential): string[] =>
  formatFields([
    ['user', user],
    ['password', password ?? '(shown once, when it was made)'],
    ['uri', uri],
  ])

const nextSteps = (
  instance: Instance,
  operationId: string,
  credentials: readonly ShownCredential[],
  coffer: string,
): string[] => {
  const generated = credentials.some(({ password }) => password !== null)
  return [
    ...(generated ? ['Keep the password now: it is stored nowhere and never shown again.'] : []),
    instance.endpoint
      ? `Connect with: ${coffer} connect ${instance.name}`
      : `It is being made; follow it with: ${coffer} operation watch ${operationId}`,
  ]
}
