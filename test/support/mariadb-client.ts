import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { Installation } from '../../agent/engines/engine.ts'
import { environmentOf } from '../../agent/engines/run-program.ts'

const run = promisify(execFile)

export type MariadbLogin = {
  readonly host: string
  readonly port: number
  /** The file of the authority to verify the server against. */
  readonly ca: string
  readonly user: string
  readonly password: string
  /** Null: none. */
  readonly database: string | null
}

/**
 * Statements by the client that people have, over TLS with the server verified, which answers the rows without their heads. Rejects for what
 * MariaDB refuses.
 */
export const askMariadb = async (
  installation: Pick<Installation, 'source' | 'binDir'>,
  { host, port, ca, user, password, database }: MariadbLogin,
  statements: string,
): Promise<string> => {
  const { stdout } = await run(
    join(installation.binDir, '..', 'bin', 'mariadb'),
    [
      ...['--no-defaults', '--protocol=tcp', `--host=${host}`, `--port=${port}`],
      ...['--ssl-verify-server-cert', `--ssl-ca=${ca}`, '--batch', '--skip-column-names'],
      ...[`--user=${user}`, `--database=${database ?? ''}`, `--execute=${statements}`],
    ],
    { env: { ...environmentOf(installation), MYSQL_PWD: password } },
  )
  return stdout.trim()
}
