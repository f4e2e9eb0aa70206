import type { CliContext } from '../context.ts'
import type { InstanceFragment as Instance, InstanceOperationFragment } from '../generated/graphql.ts'
import { instanceAfter, startWait, throwUnlessSucceeded, waitForOperation } from '../wait.ts'

export type WaitOptions = { readonly wait: boolean; readonly timeout: number; readonly idempotencyKey?: string }

export type Target = { readonly id: string; readonly idempotencyKey: string | undefined }

/** What is asked and said of an operation. `instance`: as it was found, by its name or id. */
export type Begun = {
  readonly find: () => Promise<Instance>
  /** Sends the mutation, with what all of them take. */
  readonly send: (target: Target) => Promise<InstanceOperationFragment>
  readonly begins: (name: string) => string
  readonly failed: (name: string) => string
  readonly ended: (name: string, after: Instance) => string
}

/** Sends a mutation that begins an operation on an instance; with `wait`, until that is done. */
export const beginOperation = async (context: CliContext, options: WaitOptions, begun: Begun): Promise<void> => {
  const { output } = context
  const wait = startWait(context, options.timeout)
  const { id, name } = await begun.find()
  const { operationId, instance } = await begun.send({ id, idempotencyKey: options.idempotencyKey })
  if (operationId === null)
    return output.one(instance, () => [`${name} is ${instance?.status ?? 'as it was'}: there is nothing to do`])
  if (!options.wait) {
    return output.one({ id, name, ...instance, operationId }, () => [
      `${begun.begins(name)}; follow it with: ${context.invocation} operation watch ${operationId}`,
    ])
  }
  const ended = await waitForOperation(wait, operationId)
  throwUnlessSucceeded(ended, begun.failed(name))
  const after = await instanceAfter(wait, ended)
  await output.one({ ...after, operationId }, () => [begun.ended(name, after)])
}
