import { readFileSync } from 'node:fs'
import type { Redis } from 'ioredis'
import type { EngineInstance } from '../../../agent/engines/engine.ts'
import type { Login } from '../../contracts/engine-driver.contract.ts'
import { withRedis } from '../../support/redis-client.ts'

/** A session of a user of an instance. */
export const withClient = <T>(
  { listen, tls }: EngineInstance,
  { user, password }: Login,
  work: (client: Redis) => Promise<T>,
): Promise<T> =>
  withRedis({ host: listen.address, port: listen.port, ca: readFileSync(tls.ca, 'utf8'), user, password }, work)
