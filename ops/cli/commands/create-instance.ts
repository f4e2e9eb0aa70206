import { connectionTarget, connectionUri } from '../../../domain/values/connection-strings.ts'
import { saveCaCertificate } from '../ca-certificate.ts'
import { type CliContext, shellWord } from '../context.ts'
import { tryDatastore } from '../datastore.ts'
import { CliFailure, exitCodes, type FailureDetails, type Result } from '../failure.ts'
import {
  CreateInstanceDocument,
  type CreateInstanceMutation,
  type InstanceFragment as Instance,
} from '../generated/graphql.ts'
import { type Accepted, mutateOnce } from '../mutate.ts'
import { formatFields } from '../output.ts'
import { type PasswordOptions, type UserArgument, usersWithPasswords } from '../passwords.ts'
import { clientDataDir } from '../settings.ts'
import { tagOf } from '../tags.ts'
import { failWith, instanceAfter, startWait, throwUnlessSucceeded, waitForOperation } from '../wait.ts'
import { backupId } from './backups.ts'
import type { WaitOptions } from './begin-operation.ts'
import { instanceFields } from './show-instance.ts'

export type CreateOptions = WaitOptions &
  PasswordOptions & {
    readonly datastore?: string
    readonly fromBackup?: string
    readonly version?: string
    readonly flavor?: string
    readonly volume?: number
    readonly project?: string
    readonly database: readonly string[]
    readonly user: readonly string[]
    readonly description?: string
    readonly tag: readonly string[]
    readonly protect: boolean
  }

type CreateAccepted = Accepted<CreateInstanceMutation['result']>
/** `uri`: null until the instance has an endpoint. `password`: null when a repeat of the request answers, as it is shown but once. */
type ShownCredential = { user: string; password: string | null; databases: readonly string[]; uri: string | null }

export const createInstance = async (context: CliContext, name: string, options: CreateOptions): Promise<void> => {
  const { output } = context
  const users = await usersWithPasswords(context, options.user, options)
  const input = {
    name,
    datastore: options.datastore,
    fromBackup: options.fromBackup && (await backupId(context, options.fromBackup)),
    version: options.version,
    flavor: options.flavor,
    volumeGiB: options.volume,
    projectId: options.project,
    databases: options.database.map((database) => ({ name: database })),
    users,
    description: options.description,
    ...(options.tag.length > 0 && { tags: options.tag.map(tagOf) }),
    ...(options.protect && { deletionProtected: true }),
    idempotencyKey: options.idempotencyKey,
  }
  const wait = startWait(context, options.timeout)
  const accepted = await mutateOnce(context, CreateInstanceDocument, input)
  const { instance, operationId } = accepted
  const asItIs = resultOf(context, name, accepted, instance, users)
  if (!options.wait) {
    if (!instance) throw new CliFailure(exitCodes.trouble, notVisibleYet(name), { result: asItIs })
    return output.one(asItIs.value, asItIs.lines)
  }
  const withPasswords = failWith(context, operationId, asItIs)
  const ended = await waitForOperation(wait, operationId).catch(withPasswords)
  throwUnlessSucceeded(ended, `${name} could not be made`)
  const made = await instanceAfter(wait, ended).catch(withPasswords)
  const done = resultOf(context, name, accepted, made, users)
  await output.one(done.value, done.lines)
}

const notVisibleYet = (name: string): FailureDetails => ({
  code: 'NOT_VISIBLE_YET',
  message: `${name} is being made, but the server cannot show it yet: try "coffer instance show ${shellWord(name)}"`,
})

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

/** The instance and how to log in to it. Null: the server is too far behind to show it, and its passwords are shown nevertheless. */
const resultOf = (
  { environment, invocation }: CliContext,
  name: string,
  accepted: CreateAccepted,
  instance: Instance | null,
  users: readonly UserArgument[],
): Result => {
  const { operationId, replayed } = accepted
  const caFile = instance?.caCertificate ? saveCaCertificate(instance.caCertificate, clientDataDir(environment)) : null
  const credentials = credentialsOf(accepted, instance, users).map((known): ShownCredential => {
    const { user, password, databases } = known
    const uri = instance && caFile ? uriOf(instance, caFile, known) : null
    return { user, password, databases, uri }
  })
  return {
    value: { ...(instance ?? { name }), caCertificateFile: caFile, operationId, replayed, credentials },
    lines: () => [
      ...(instance ? instanceFields(instance) : formatFields([['name', name]])),
      ...credentials.flatMap((credential) => ['', ...credentialLines(credential)]),
      '',
      ...nextSteps(name, instance, operationId, credentials, invocation),
    ],
  }
}

const uriOf = (
  instance: Instance,
  caFile: string,
  { user, password, databases: [database] }: Omit<ShownCredential, 'uri'>,
): string | null => {
  const { endpoint } = instance
  const datastore = tryDatastore(instance.datastore)
  if (!endpoint || !datastore) return null
  const target = connectionTarget({ ...instance, datastore }, endpoint, { user, database })
  return connectionUri(datastore, { ...target, password: password ?? undefined, caFile })
}

const credentialLines = ({ user, password, uri }: ShownCredential): string[] =>
  formatFields([
    ['user', user],
    ['password', password ?? '(shown once, when it was made)'],
    ['uri', uri],
  ])

const nextSteps = (
  name: string,
  instance: Instance | null,
  operationId: string,
  credentials: readonly ShownCredential[],
  coffer: string,
): string[] => {
  const generated = credentials.some(({ password }) => password !== null)
  return [
    ...(generated ? ['Keep the password now: it is stored nowhere and never shown again.'] : []),
    instance?.endpoint
      ? `Connect with: ${coffer} connect ${shellWord(name)}`
      : `It is being made; follow it with: ${coffer} operation watch ${operationId}`,
  ]
}
