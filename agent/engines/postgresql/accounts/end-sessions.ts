import type { Query } from '../session.ts'

/** Ends the sessions of a user, in one database or in all. */
export const endSessions = async (
  query: Query,
  { user, database }: { readonly user: string; readonly database?: string },
): Promise<void> => {
  await query(
    'SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = $1 AND ($2::text IS NULL OR datname = $2)',
    [user, database ?? null],
  )
}
