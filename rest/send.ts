import type { DispatchAccepted, PublicCommand } from '../commands/api.ts'
import type { InstanceId, OperationId } from '../domain/ids.ts'
import { awaitEnd } from '../graphql/await-end.ts'
import { isRejection, write } from '../graphql/write.ts'
import { faultOfRejection } from './fault.ts'
import type { Call, RestAnswer } from './request.ts'

/**
 * Sends a command and waits until the views show what it wrote. Throws what refused it. `part`: where one request leads to several commands, which of them
 * this is, so that each has a key of its own.
 */
export const send = async <Command extends PublicCommand>(
  { context, idempotencyKey }: Call,
  command: Command,
  part: string | null = null,
): Promise<DispatchAccepted<Command>> => {
  const key = idempotencyKey === null || part === null ? idempotencyKey : `${idempotencyKey}/${part}`
  const written = await write<DispatchAccepted<Command>>(context, { command, idempotencyKey: key }, async () => null)
  if (isRejection(written)) throw faultOfRejection(written)
  return written.answer
}

/** The operation that goes on, so that scripts can follow it. */
export const operationHeader = ({ operationId }: { readonly operationId: string | null }): Record<string, string> =>
  operationId === null ? {} : { 'X-Coffer-Operation': operationId }

/** What Trove answers to nearly everything that takes a while: nothing. */
export const begun = (answer: { readonly operationId: string | null }): RestAnswer => ({
  status: 202,
  headers: operationHeader(answer),
})

type Began = { readonly instanceId: InstanceId; readonly operationId: OperationId | null }

/**
 * The same, once the operation has ended where that takes a moment. Trove's agent does what it is told in turn, so a list after a change shows it:
 * clients rely on that.
 */
export const ended = async ({ context }: Call, answer: Began): Promise<RestAnswer> => {
  await awaitEnd(answer, context)
  return begun(answer)
}

export const done: RestAnswer = { status: 202 }
