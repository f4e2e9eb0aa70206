import { createApiClient } from '../../ops/cli/api-client.ts'
import {
  CreateInstanceDocument,
  type CredentialFragment as Credential,
  DeleteInstanceDocument,
  type InstanceFragment as Instance,
  InstanceDocument,
  type OperationFragment as Operation,
  OperationDocument,
  RestartInstanceDocument,
  StartInstanceDocument,
  StopInstanceDocument,
} from '../../ops/cli/generated/graphql.ts'
import { isRefusal, type Refusal } from '../../ops/cli/mutate.ts'
import { hasEnded } from '../../ops/cli/wait.ts'
import { waitFor } from './wait-for.ts'

export type CreateInput = {
  readonly name: string
  readonly datastore?: string
  readonly version?: string
  readonly flavor?: string
  readonly volumeGiB?: number
  readonly databases?: readonly { readonly name: string }[]
  readonly users?: readonly { readonly name: string; readonly password?: string }[]
  readonly idempotencyKey?: string
}

export type Created = {
  readonly __typename: 'CreateInstanceAccepted'
  readonly replayed: boolean
  readonly credentials: readonly Credential[]
  readonly operationId: string
  readonly operation: Operation
  readonly instance: Instance
}

export type Changed = {
  readonly __typename: string
  readonly operationId: string
  readonly operation: Operation
  readonly instance: Instance
}
export const changeDocuments = {
  restart: RestartInstanceDocument,
  stop: StopInstanceDocument,
  start: StartInstanceDocument,
  delete: DeleteInstanceDocument,
} as const
export type Change = keyof typeof changeDocuments

type VerifiedView = { readonly view: string; readonly equal: boolean }

export type ServerApi = ReturnType<typeof createServerApi>

const requestTimeoutMs = 60_000

/** The API of a running server, with one token. */
export const createServerApi = ({ url, adminToken }: { readonly url: string; readonly adminToken: string }) => {
  const client = createApiClient({ url, token: adminToken })
  /** The answer's type is the caller's to know: tests ask for the wrong things, too. */
  const request = <Data>(
    document: { readonly toString: () => string },
    variables: Readonly<Record<string, unknown>> = {},
  ): Promise<Data> => client.request<Data>(String(document), variables, AbortSignal.timeout(requestTimeoutMs))
  const instance = async (id: string): Promise<Instance> => {
    const { instance: found } = await request<{ instance: Instance | null }>(InstanceDocument, { id })
    if (!found) throw new Error(`there is no instance ${id}`)
    return found
  }
  /** What a mutation answers, which its document calls `result`. Throws where it is refused. */
  const mutate = async <Answer extends object>(
    document: { readonly toString: () => string },
    input: object,
  ): Promise<Answer> => {
    const { result } = await request<{ result: Answer & { readonly __typename: string } }>(document, { input })
    if (isRefusal(result)) throw new Error(`refused: ${JSON.stringify(result)}`)
    return result
  }
  const change = (kind: Change, id: string, idempotencyKey?: string): Promise<Changed> =>
    mutate(changeDocuments[kind], { id, idempotencyKey })
  const operationEnd = (id: string): Promise<Operation> =>
    waitFor(
      `the end of operation ${id}`,
      async () => {
        const { operation } = await request<{ operation: Operation | null }>(OperationDocument, { id })
        return operation && hasEnded(operation) && operation
      },
      120_000,
    )
  const tryCreate = async (input: CreateInput): Promise<Created | Refusal> =>
    (
      await request<{ result: Created | Refusal }>(CreateInstanceDocument, {
        input: { datastore: 'postgresql', flavor: 'tiny', ...input },
      })
    ).result
  const create = async (input: CreateInput): Promise<Created> => {
    const result = await tryCreate(input)
    if (result.__typename === 'Refusal') throw new Error(`refused: ${JSON.stringify(result)}`)
    return result
  }
  /** The instance once no operation works on it and this one is over. */
  const settled = async (operationId: string): Promise<Instance> => {
    const { instanceId } = await operationEnd(operationId)
    if (instanceId === null) throw new Error(`operation ${operationId} is of no instance`)
    return waitFor(`instance ${instanceId} to be told of the end of ${operationId}`, async () => {
      const now = await instance(instanceId)
      const ongoing = [now.operation, ...now.sharedOperations]
      return !ongoing.some((one) => one?.id === operationId) && now
    })
  }
  /** What every view is like beside one that is derived from the log anew. */
  const verifyViews = async (): Promise<readonly VerifiedView[]> => {
    const response = await fetch(`${url}/admin/views/verify`, {
      method: 'POST',
      headers: { authorization: `Bearer ${adminToken}` },
      signal: AbortSignal.timeout(requestTimeoutMs),
    })
    if (!response.ok) throw new Error(`the views could not be verified: ${response.status} ${await response.text()}`)
    return ((await response.json()) as { views: readonly VerifiedView[] }).views
  }
  return {
    client,
    request,
    mutate,
    instance,
    operationEnd,
    tryCreate,
    create,
    settled,
    change,
    /** Creates an instance and waits until it is there. */
    provision: async (input: CreateInput): Promise<Created & { readonly instance: Instance }> => {
      const created = await create(input)
      return { ...created, instance: await settled(created.operation.id) }
    },
    /** Does it and waits until it is done. */
    changeAndWait: async (kind: Change, id: string): Promise<Instance> =>
      settled((await change(kind, id)).operation.id),
    /** Waits until a host has told what it offers, so that databases can be made. */
    untilOffered: () =>
      waitFor('the offer of a host', async () => {
        const { datastores } = await request<{ datastores: readonly object[] }>('{ datastores { type } }')
        return datastores.length > 0
      }),
    /** Those views that differ from what the log gives. */
    unequalViews: async (): Promise<readonly VerifiedView[]> => (await verifyViews()).filter(({ equal }) => !equal),
    verifyViews,
  }
}
