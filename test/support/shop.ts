import type { InstanceFragment as Instance } from '../../ops/cli/generated/graphql.ts'
import { type Login, loginTo, queryOnce } from './postgresql-client.ts'
import type { ServerApi } from './server-api.ts'

/** An instance with something in it. */
export type Shop = {
  readonly instance: Instance
  readonly login: Login
  /** How many orders it has. Throws what the driver throws. */
  readonly countOrders: () => Promise<number | undefined>
}

export const ordersOfShop = 1000

export const makeShop = async (api: ServerApi, name = 'shop'): Promise<Shop> => {
  const made = await api.provision({ name, databases: [{ name: 'app' }], users: [{ name: 'app' }] })
  const [credential] = made.credentials
  if (!credential) throw new Error('no credentials were given')
  const login = loginTo(made.instance, credential)
  await queryOnce(login, `CREATE TABLE orders AS SELECT generate_series(1, ${ordersOfShop}) AS id`)
  return {
    instance: made.instance,
    login,
    countOrders: async () => (await queryOnce<{ n: number }>(login, 'SELECT count(*)::int AS n FROM orders'))[0]?.n,
  }
}
