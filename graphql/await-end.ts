import type { InstanceId, OperationId } from '../domain/ids.ts'
import type { OperationKind } from '../domain/instance/operation-kinds.ts'
import { operationOf } from '../domain/instance/operations.ts'
import { bounded } from '../kernel/within.ts'
import type { ApiContext } from './context.ts'
import { isEnded } from './is-ended.ts'

type Began = { readonly instanceId: InstanceId; readonly operationId: OperationId | null }

/**
 * Until an operation that takes some milliseconds has ended, and the instance shows what came of it, so that the caller learns from the answer what the engine
 * said. Others are not waited for. At most `endAwaitedMs`; then the operation tells how it goes.
 */
export const awaitEnd = async ({ instanceId, operationId }: Began, context: ApiContext): Promise<void> => {
  if (operationId === null) return
  const { views, timers, settings, closing } = context.backend
  const operation = await context.loadOperation(operationId)
  if (operation === null || !takesAMoment(operation.kind)) return
  await bounded(timers, { timeoutMs: settings.endAwaitedMs, ends: [closing, context.signal] }, async (signal) => {
    await first(
      views.watchInstance(instanceId, signal),
      ({ sharedOperationIds }) => !sharedOperationIds.includes(operationId),
    )
    await first(views.watchOperation(operationId, signal), isEnded)
  })
}

const takesAMoment = (kind: OperationKind): boolean => {
  const operation = operationOf(kind)
  return operation.lane === 'shared' && operation.soon === true
}

/** The first that is so; ends without one where the others end first. */
const first = async <Document>(
  documents: AsyncIterable<Document>,
  isIt: (document: Document) => boolean,
): Promise<void> => {
  for await (const document of documents) if (isIt(document)) return
}
