import { Client } from 'pg'
import { type ApiClient, createApiClient } from '../../cli/api-client.ts'
import {
  CreateInstanceDocument,
  type CredentialFragment as Credential,
  DeleteInstanceDocument,
  FollowInstanceDocument,
  HostsDocument,
  type InstanceFragment as Instance,
} from '../../cli/generated/graphql.ts'
import { mutate } from '../../cli/mutate.ts'
import type { ServerProcess } from './server-process.ts'

export type InstanceUser = {
  /**
   * Asks for a PostgreSQL and answers when a client has logged in to it over TLS, as the user it was told, and has had an answer.
   * `seconds`: from asking on.
   */
  readonly create: (
    name: string,
    signal: AbortSignal,
  ) => Promise<{ readonly instance: Instance; readonly seconds: number }>
  /** Resolves when nothing is left of it. */
  readonly remove: (id: string, signal: AbortSignal) => Promise<void>
  /** What instances' data is kept in on the only host there is: `directory`, or `loop`, a file system of their own. */
  readonly volumeKind: (signal: AbortSignal) => Promise<string>
}

const database = 'app'

/** Somebody who uses databases by way of the API, with the documents of the command line client. */
export const createInstanceUser = (server: ServerProcess): InstanceUser => {
  const api = createApiClient(server)
  return {
    create: async (name, signal) => {
      const startedAt = performance.now()
      const input = { name, datastore: 'postgresql', databases: [{ name: database }], users: [{ name: database }] }
      const { instance: asked, credentials } = await mutate({ api, signal }, CreateInstanceDocument, input)
      const [credential] = credentials
      if (!asked || !credential) throw new Error('the server is too far behind to show an instance')
      const instance = await follow(api, asked.id, 'ACTIVE', signal)
      await queryOnce(instance, credential)
      return { instance, seconds: (performance.now() - startedAt) / 1000 }
    },
    remove: async (id, signal) => {
      await mutate({ api, signal }, DeleteInstanceDocument, { id })
      await follow(api, id, 'DELETED', signal)
    },
    volumeKind: async (signal) => {
      const { hosts } = await api.request(HostsDocument, { first: 1 }, signal)
      const [edge] = hosts.edges
      if (!edge?.node.isolation) throw new Error('the server has no host')
      return edge.node.isolation.volume
    },
  }
}

const follow = async (api: ApiClient, id: string, status: string, signal: AbortSignal): Promise<Instance> => {
  for await (const { instance } of api.subscribe(FollowInstanceDocument, { id }, signal)) {
    if (instance?.status === status) return instance
    if (instance?.status === 'FAILED') throw new Error(`the instance failed: ${instance.fault?.message}`)
  }
  signal.throwIfAborted()
  throw new Error(`the subscription ended before the instance was ${status}`)
}

const queryOnce = async ({ endpoint, caCertificate }: Instance, { user, password }: Credential): Promise<void> => {
  if (!endpoint || !caCertificate) throw new Error('an active instance has no endpoint')
  const client = new Client({
    ...endpoint,
    user,
    password,
    database,
    ssl: { ca: caCertificate, rejectUnauthorized: true },
  })
  // A session that the engine ends is told by the query.
  client.on('error', () => {})
  await client.connect()
  await client.query('SELECT 1')
  await client.end()
}
