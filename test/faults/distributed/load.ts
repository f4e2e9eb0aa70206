import { randomUUID } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import { CliFailure } from '../../../ops/cli/failure.ts'
import {
  type CredentialFragment as Credential,
  type FaultFragment as Fault,
  type InstanceFragment as Instance,
  InstanceDocument,
  type OperationFragment as Operation,
  OperationDocument,
} from '../../../ops/cli/generated/graphql.ts'
import { hasEnded } from '../../../ops/cli/wait.ts'
import { type Login, loginTo, queryOnce } from '../../support/postgresql-client.ts'
import type { Created, ServerApi } from '../../support/server-api.ts'
import { waitFor } from '../../support/wait-for.ts'

/** An instance that a client counts on. */
export type Kept = { readonly id: string; readonly login: Login }
export type Failure = { readonly kind: string; readonly operationId: string; readonly fault: Fault | null }

export type Load = {
  /** Each client goes on from what it has, until `finish`. */
  readonly start: () => void
  /** Resolves when so many more operations have ended. Throws what a client ran into. */
  readonly progress: (operations: number) => Promise<void>
  /** Each client ends what it is at. Throws what a client ran into that a fault of the system does not explain. */
  readonly finish: () => Promise<void>
  /** What clients have now: one instance each, where the last one was made. */
  readonly kept: () => readonly Kept[]
  readonly hasFailures: () => boolean
  /** Operations that did not succeed, since the last call. */
  readonly takeFailures: () => readonly Failure[]
  /** Every password that anybody was told or told the system. */
  readonly passwords: () => readonly string[]
}

const rowsOfAll = 100
/** How long a client insists. The longest outage and what comes after it fit in. */
const patienceMs = 120_000
const pollMs = 200
/** What a client that knows what it wants asks again after: with the same key, so that nothing is done twice. */
const passing = new Set(['NO_SERVER', 'CONNECTION_LOST', 'UNAVAILABLE'])

const insist = <T>(what: string, ask: () => Promise<T | null>): Promise<T> =>
  waitFor(
    what,
    async () => {
      try {
        const answer = await ask()
        if (answer !== null) return { answer }
      } catch (error) {
        if (!(error instanceof CliFailure && passing.has(error.failure.code))) throw error
      }
      await delay(pollMs)
      return null
    },
    patienceMs,
  ).then(({ answer }) => answer)

/**
 * Clients who make a database, put something in, restart it, look whether it is still there, delete the one they had before, and begin
 * again. While the system is not there for them they ask again, as anybody would.
 */
export const createLoad = (api: ServerApi, clients: number): Load => {
  const kept = new Map<number, Kept>()
  const passwords: string[] = []
  let failures: Failure[] = []
  let ended = 0
  let isOver = true
  let running: readonly Promise<void>[] = []

  const endOf = async (operationId: string): Promise<Operation> => {
    const operation = await insist(`the end of operation ${operationId}`, async () => {
      const { operation } = await api.request<{ operation: Operation | null }>(OperationDocument, { id: operationId })
      return operation && hasEnded(operation) ? operation : null
    })
    ended += 1
    if (operation.status !== 'SUCCEEDED') {
      failures.push({ kind: operation.kind, operationId, fault: operation.fault })
    }
    return operation
  }

  const instanceAfter = ({ id, instanceId }: Operation): Promise<Instance> =>
    insist(`instance ${instanceId} to be told of the end of ${id}`, async () => {
      const { instance } = await api.request<{ instance: Instance | null }>(InstanceDocument, { id: instanceId })
      // Absent only while the views are made anew.
      return instance && instance.operation?.id !== id ? instance : null
    })

  const create = async (): Promise<Kept | null> => {
    const given = `Gegeben-4711-${randomUUID()}`
    passwords.push(given)
    const input = { databases: [{ name: 'app' }], users: [{ name: 'app' }, { name: 'given', password: given }] }
    const created = await insist<Created>('a host to make a database on', async () => {
      const name = `db-${randomUUID()}`
      const answer = await insist('an answer to createInstance', () =>
        api.tryCreate({ ...input, name, idempotencyKey: name }),
      )
      if (answer.__typename !== 'Refusal') return answer
      // Its host counts as lost: a new wish for when it is back.
      if (answer.code === 'NO_CAPACITY') return null
      throw new Error(`createInstance was refused: ${JSON.stringify(answer)}`)
    })
    const app = created.credentials.find(({ user }: Credential) => user === 'app')
    if (!app) throw new Error('no credentials were given')
    passwords.push(app.password)
    const operation = await endOf(created.operationId)
    const instance = await instanceAfter(operation)
    if (operation.status !== 'SUCCEEDED') return null
    const login = loginTo(instance, app)
    await queryOnce(login, `CREATE TABLE orders AS SELECT generate_series(1, ${rowsOfAll}) AS id`)
    return { id: instance.id, login }
  }

  const change = async (kind: 'restart' | 'delete', id: string): Promise<void> => {
    const key = `${kind} ${randomUUID()}`
    const { operationId } = await insist(`an answer to ${kind}`, () => api.change(kind, id, key))
    await instanceAfter(await endOf(operationId))
  }

  const work = async (client: number): Promise<void> => {
    while (!isOver) {
      const made = await create()
      if (made === null) continue
      const before = kept.get(client)
      kept.set(client, made)
      await change('restart', made.id)
      await requireRows(made)
      if (before) await change('delete', before.id)
    }
  }

  return {
    start: () => {
      isOver = false
      running = Array.from({ length: clients }, (_, client) => work(client))
      // Heard of by `finish`.
      for (const each of running) each.catch(() => {})
    },
    progress: async (operations) => {
      const goal = ended + operations
      const enough = waitFor(`${operations} operations to end`, () => ended >= goal, patienceMs)
      await Promise.race([enough, Promise.all(running)])
    },
    finish: async () => {
      isOver = true
      await Promise.all(running)
    },
    kept: () => [...kept.values()],
    hasFailures: () => failures.length > 0,
    takeFailures: () => {
      const taken = failures
      failures = []
      return taken
    },
    passwords: () => passwords,
  }
}

/** The instance answers a client with what the client has put in. */
export const requireRows = async ({ id, login }: Kept): Promise<void> => {
  const [row] = await queryOnce<{ n: number }>(login, 'SELECT count(*)::int AS n FROM orders')
  if (row?.n !== rowsOfAll) throw new Error(`instance ${id} has ${row?.n} of ${rowsOfAll} rows`)
}
