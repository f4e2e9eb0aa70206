import type { CliContext } from '../context.ts'
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

/** What is said of an operation. `instance`: as it was found, by its name or id. */
export type Begun = {
  readonly find: () => Promise<Instance>
  readonly document: string
  readonly input: Readonly<Record<string, unknown>>
  readonly begins: (name: string) => string
  readonly failed: (name: string) => string
  readonly ended: (name: string, after: Instance) => string
}

/** Sends a mutation that begins an operation on an instance; with `wait`, until that is done. */
export const beginOperation = async (context: CliContext, options: WaitOptions, begun: Begun): Promise<void> => {
  const { output } = context
  const wait = startWait(context, options.timeout)
  const { id, name } = await begun.find()
  const input = { id, idempotencyKey: options.idempotencyKey, ...begun.input }
  const { operationId, instance } = await mutate<InstanceOperationAccepted>(context, begun.document, input)
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
