import type { CliContext } from '../context.ts'
import { refused } from '../failure.ts'
import { findInstance } from '../find-instance.ts'
import {
  CancelOperationDocument,
  type OperationFragment as Operation,
  OperationDocument,
  type OperationFilter,
  OperationsDocument,
  type OperationsQuery,
  type StepFragment as Step,
} from '../generated/graphql.ts'
import { mutate } from '../mutate.ts'
import { formatFields } from '../output.ts'
import { readAll } from '../pages.ts'
import { resolveId, shortId } from '../short-ids.ts'
import { formatTable } from '../table.ts'
import { localTime } from '../time.ts'
import { startWait, throwUnlessSucceeded, waitForOperation } from '../wait.ts'

const operationsWith = (filter: OperationFilter) => ({
  document: OperationsDocument,
  of: ({ operations }: OperationsQuery) => operations,
  variables: { filter },
})

export const listOperations = async (
  context: CliContext,
  options: Pick<OperationFilter, 'status' | 'kind'> & {
    readonly instance?: string
    readonly by?: string
    readonly since?: string
    readonly until?: string
    readonly limit: number
  },
): Promise<void> => {
  const filter = {
    instanceId: options.instance && (await findInstance(context, options.instance)).id,
    status: options.status,
    kind: options.kind,
    requestedBy: options.by,
    since: options.since,
    until: options.until,
  }
  const operations = await readAll(context, operationsWith(filter), options.limit)
  await context.output.list(
    operations,
    [
      ['STARTED', ({ createdAt }) => localTime(createdAt)],
      ['KIND', ({ kind }) => kind],
      ['INSTANCE', ({ instance, instanceId }) => instance?.name ?? (instanceId && shortId(instanceId)), 'cutting'],
      ['STATUS', ({ status }) => status],
      ['TOOK', ({ createdAt, endedAt }) => endedAt && took(createdAt, endedAt)],
      ['FAULT', ({ fault }) => fault?.code ?? ''],
      ['ID', ({ id }) => shortId(id)],
    ],
    'There are no operations.',
  )
}

const took = (from: string, to: string): string => `${((Date.parse(to) - Date.parse(from)) / 1000).toFixed(2)} s`

const operationLines = (operation: Operation): string[] => [
  ...formatFields([
    ['id', operation.id],
    ['kind', operation.kind],
    [
      'status',
      operation.cancellationRequested && !operation.endedAt ? `${operation.status}, to be cancelled` : operation.status,
    ],
    ['instance', operation.instanceId],
    ['started', localTime(operation.createdAt)],
    ['ended', operation.endedAt && localTime(operation.endedAt)],
    ['deadline', operation.endedAt ? null : localTime(operation.deadline)],
    ['fault', operation.fault && `${operation.fault.message} (${operation.fault.code})`],
    ['cause', operation.fault?.cause?.trimEnd().replaceAll('\n', '\n          ')],
  ]),
  ...(operation.steps.length === 0 ? [] : ['', formatTable(operation.steps, stepColumns)]),
]

const stepColumns = [
  ['STEP', ({ name, compensating }: Step) => (compensating ? `${name} (undoing)` : name)],
  ['STATUS', ({ status }: Step) => status],
  ['TOOK', ({ startedAt, endedAt }: Step) => startedAt && endedAt && took(startedAt, endedAt)],
  ['REMARK', ({ fault, message }: Step) => fault?.message ?? message ?? ''],
] as const

/** By id, or by the end of one of the latest. */
export const operationId = (context: CliContext, text: string): Promise<string> =>
  resolveId(text, { what: 'operation', list: (limit) => readAll(context, operationsWith({}), limit) })

export const showOperation = async (context: CliContext, given: string): Promise<void> => {
  const id = await operationId(context, given)
  const { operation } = await context.api.request(OperationDocument, { id }, context.signal)
  if (!operation) throw refused({ code: 'NOT_FOUND', message: `there is no operation ${id}` })
  await context.output.one(operation, () => operationLines(operation))
}

/** Follows an operation to its end, which the exit code tells. */
export const watchOperation = async (
  context: CliContext,
  given: string,
  { timeout }: { readonly timeout: number },
): Promise<void> => {
  const operation = await waitForOperation(startWait(context, timeout), await operationId(context, given))
  throwUnlessSucceeded(operation, `${operation.kind} of ${operation.instanceId}`)
  await context.output.one(operation, () => [`${operation.kind} is done`])
}

export const cancelOperation = async (
  context: CliContext,
  given: string,
  { idempotencyKey }: { readonly idempotencyKey?: string },
): Promise<void> => {
  const id = await operationId(context, given)
  const { operation } = await mutate(context, CancelOperationDocument, { id, idempotencyKey })
  await context.output.one(operation, () => [
    `${operation?.kind ?? 'the operation'} ends as soon as it safely can: ${context.invocation} operation watch ${id}`,
  ])
}
