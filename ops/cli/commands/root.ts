import { rootUser } from '../../../domain/values/root-user.ts'
import type { CliContext } from '../context.ts'
import { findInstance } from '../find-instance.ts'
import { DisableRootDocument, EnableRootDocument, RootDocument } from '../generated/graphql.ts'
import { mutate, mutateOnce } from '../mutate.ts'
import { type PasswordOptions, usersWithPasswords } from '../passwords.ts'
import { localTime } from '../time.ts'
import { beginOperation, type WaitOptions } from './begin-operation.ts'
import { credentialsOf } from './users.ts'

export const enableRoot = async (
  context: CliContext,
  nameOrId: string,
  options: WaitOptions & PasswordOptions,
): Promise<void> => {
  const [root] = await usersWithPasswords(context, [rootUser], options)
  await beginOperation(context, options, {
    find: () => findInstance(context, nameOrId),
    send: (target) => mutateOnce(context, EnableRootDocument, { ...target, password: root?.password }),
    begins: (instance) => `enabling root in ${instance}`,
    failed: (instance) => `root could not be enabled in ${instance}`,
    ended: (instance) => `${instance} has root enabled`,
    shows: credentialsOf,
  })
}

export const disableRoot = (context: CliContext, nameOrId: string, options: WaitOptions): Promise<void> =>
  beginOperation(context, options, {
    find: () => findInstance(context, nameOrId),
    send: (target) => mutate(context, DisableRootDocument, target),
    begins: (instance) => `disabling root in ${instance}`,
    failed: (instance) => `root could not be disabled in ${instance}`,
    ended: (instance) => `${instance} has root disabled`,
  })

export const showRoot = async (context: CliContext, nameOrId: string): Promise<void> => {
  const { api, output, signal } = context
  const { id, name, rootEnabled: enabled } = await findInstance(context, nameOrId)
  const { operations } = await api.request(RootDocument, { id }, signal)
  const history = operations.edges.map(({ node: { kind, createdAt, requestedBy } }) => ({
    at: createdAt,
    enabled: kind === 'ENABLE_ROOT',
    by: requestedBy.name,
  }))
  await output.one({ id, enabled, history }, () => [
    `${name} has root ${wordOf(enabled)}`,
    ...history.map((change) => `${localTime(change.at)}  ${wordOf(change.enabled)} by ${change.by}`),
  ])
}

const wordOf = (enabled: boolean): string => (enabled ? 'enabled' : 'disabled')
