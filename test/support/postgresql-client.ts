import pg from 'pg'
import type { InstanceFragment as Instance } from '../../ops/cli/generated/graphql.ts'

export type Login = {
  readonly endpoint: { readonly host: string; readonly port: number }
  readonly user: string
  readonly password: string
  readonly database: string
  /** PEM of the authority to verify the server against; null for a connection without TLS. */
  readonly ca: string | null
}

/** How an application would log in to the instance. */
export const loginTo = (
  { endpoint, caCertificate }: Instance,
  { user, password }: { readonly user: string; readonly password: string },
  database = 'app',
): Login => {
  if (!endpoint) throw new Error('the instance has no endpoint')
  return { endpoint, user, password, database, ca: caCertificate }
}

/**
 * Runs one query in a session of its own, with `sslmode=verify-full` where a CA is given: the certificate must be signed by it and be
 * for the host. Throws what the driver throws.
 */
export const queryOnce = async <Row extends pg.QueryResultRow>(
  { endpoint: { host, port }, user, password, database, ca }: Login,
  sql: string,
): Promise<readonly Row[]> => {
  const client = new pg.Client({
    host,
    port,
    user,
    password,
    database,
    ssl: ca === null ? false : { ca, rejectUnauthorized: true },
    connectionTimeoutMillis: 10_000,
  })
  // A session that the server ends is told by the query, or is over anyway.
  client.on('error', () => {})
  await client.connect()
  try {
    return (await client.query<Row>(sql)).rows
  } finally {
    await client.end()
  }
}

/** When this engine's main process started: another one after a restart. */
export const postmasterStart = async (login: Login): Promise<string> => {
  const [row] = await queryOnce<{ at: string }>(login, 'SELECT pg_postmaster_start_time()::text AS at')
  return row?.at ?? ''
}
