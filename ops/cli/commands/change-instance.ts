import { confirmName } from '../confirm-name.ts'
import type { CliContext } from '../context.ts'
import { documents } from '../documents.ts'
import { findInstance } from '../find-instance.ts'
import { mutate } from '../mutate.ts'
import type { Instance } from '../types.ts'
import { instanceAfter, startWait, throwUnlessSucceeded, waitForOperation } from '../wait.ts'

export type WaitOptions = { readonly wait: boolean; readonly timeout: number; readonly idempotencyKey?: string }

export type InstanceOperationAccepted = {
  readonly __typename: string
  readonly replayed: boolean
  /** Null when there is nothing to do. */
  readonly operationId: string | null
  /** Null while the server is too far behind to show it. */
  readonly instance: Instance | null
}

const done = { restart: 'restarted', stop: 'stopped', start: 'started', grow: 'grown', delete: 'deleted' } as const
const doing = {
  restart: 'restarting',
  stop: 'stopping',
  start: 'starting',
  grow: 'growing',
  delete: 'deleting',
} as const
export type Change = keyof typeof done

/** Restarts, stops, starts or deletes an instance; with `wait`, until that is done. */
export const changeInstance = async (
  context: CliContext,
  change: Change,
  nameOrId: string,
  options: WaitOptions & { readonly expectedVersion?: number; readonly volumeGiB?: number; readonly yes?: boolean },
): Promise<void> => {
  const { output } = context
  if (change === 'delete' && !options.yes) await confirmDeletion(context, nameOrId)
  const wait = startWait(context, options.timeout)
  const { id, name } = await findInstance(context, nameOrId)
  const { idempotencyKey, expectedVersion, volumeGiB } = options
  const { operationId, instance } = await mutate<InstanceOperationAccepted>(context, documents[`${change}Instance`], {
    id,
    idempotencyKey,
    expectedVersion,
    volumeGiB,
  })
  if (operationId === null)
    return output.one(instance, () => [`${name} is ${instance?.status ?? 'as it was'}: there is nothing to do`])
  if (!options.wait) {
    return output.one({ id, name, ...instance, operationId }, () => [
      `${doing[change]} ${name}; follow it with: ${context.invocation} operation watch ${operationId}`,
    ])
  }
  const ended = await waitForOperation(wait, operationId)
  throwUnlessSucceeded(ended, `${name} could not be ${done[change]}`)
  const after = await instanceAfter(wait, ended)
  await output.one({ ...after, operationId }, () => [`${name} is ${done[change]}: ${after.status}`])
}

const confirmDeletion = async (context: CliContext, nameOrId: string): Promise<void> => {
  const { stdin, stderr } = context.terminal
  if (!stdin.isTTY || !stderr.isTTY) return
  const { id, name } = await findInstance(context, nameOrId)
  const what = `This deletes ${name} (${id}) with everything in it, for good.`
  await confirmName(context, name, what, `${name} was not deleted`)
}
