import { Redis } from 'ioredis'

export type RedisLogin = {
  readonly host: string
  readonly port: number
  /** PEM of the authority to verify the server against. */
  readonly ca: string
  readonly user: string
  readonly password: string
}

/** A session of a client that people have, of a package that is not the driver's, over TLS with the server verified. Rejects for what Redis refuses. */
export const withRedis = async <T>(
  { host, port, ca, user, password }: RedisLogin,
  work: (client: Redis) => Promise<T>,
): Promise<T> => {
  const client = new Redis({
    ...{ host, port, username: user, password, tls: { ca } },
    ...{ lazyConnect: true, retryStrategy: () => null, enableReadyCheck: false },
  })
  client.on('error', () => {})
  try {
    await client.connect()
    return await work(client)
  } finally {
    client.disconnect()
  }
}
