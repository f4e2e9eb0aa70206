import type { CliContext } from '../context.ts'
import type { Result } from '../failure.ts'
import type { InstanceFragment as Instance, InstanceOperationFragment } from '../generated/graphql.ts'
import { failWith, hasEnded, instanceAfter, startWait, throwUnlessSucceeded, waitForOperation } from '../wait.ts'

export type WaitOptions = { readonly wait: boolean; readonly timeout: number; readonly idempotencyKey?: string }

export type Target = { readonly id: string; readonly idempotencyKey: string | undefined }

/** What is asked and said of an operation. `instance`: as it was found, by its name or id. */
export type Begun<Accepted extends InstanceOperationFragment = InstanceOperationFragment> = {
  readonly find: () => Promise<Instance>
  /** Sends the mutation, with what all of them take. */
  readonly send: (target: Target) => Promise<Accepted>
  readonly begins: (name: string) => string
  readonly failed: (name: string) => string
  readonly ended: (name: string, after: Instance) => string
  /** What is shown beside it that the answer alone has. */
  readonly shows?: (accepted: Accepted) => Shows
}

type Shows = { readonly value: object; readonly lines: readonly string[] }
const nothing: Shows = { value: {}, lines: [] }

/** Sends a mutation that begins an operation on an instance; with `wait`, until that is done. */
export const beginOperation = async <Accepted extends InstanceOperationFragment>(
  context: CliContext,
  options: WaitOptions,
  begun: Begun<Accepted>,
): Promise<void> => {
  const { output } = context
  const wait = startWait(context, options.timeout)
  const { id, name } = await begun.find()
  const accepted = await begun.send({ id, idempotencyKey: options.idempotencyKey })
  const { operationId, operation, instance } = accepted
  const shows = begun.shows?.(accepted) ?? nothing
  if (operationId === null)
    return output.one(instance, () => [`${name} is ${instance?.status ?? 'as it was'}: there is nothing to do`])
  // What takes a moment has ended with the answer.
  const isOver = operation !== null && hasEnded(operation)
  const asItIs: Result = {
    value: { id, name, ...instance, operationId, ...shows.value },
    lines: () => [
      ...shows.lines,
      `${begun.begins(name)}; follow it with: ${context.invocation} operation watch ${operationId}`,
    ],
  }
  if (!options.wait && !isOver) return output.one(asItIs.value, asItIs.lines)
  const fail = begun.shows ? failWith(context, operationId, asItIs) : throwAgain
  const ended = isOver ? operation : await waitForOperation(wait, operationId).catch(fail)
  throwUnlessSucceeded(ended, begun.failed(name))
  // An answer that tells of the end tells of what came of it, too.
  const after = isOver && instance ? instance : await instanceAfter(wait, ended).catch(fail)
  await output.one({ ...after, operationId, ...shows.value }, () => [...shows.lines, begun.ended(name, after)])
}

const throwAgain = (error: unknown): never => {
  throw error
}
