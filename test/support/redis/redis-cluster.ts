import { freePort } from '../free-ports.ts'
import { waitFor } from '../wait-for.ts'
import { type RedisServer, startRedisServer } from './redis-server.ts'

export type RedisCluster = {
  readonly url: string
  readonly nodes: readonly RedisServer[]
  readonly stop: () => Promise<void>
}

const slots = 16_384
/** On a busy machine a node may hear nothing of the others for seconds, and would take itself for cut off. */
const nodeTimeoutMs = 60_000

/** A cluster of masters without replicas that share the slots evenly. */
export const startRedisCluster = async (size = 3): Promise<RedisCluster> => {
  const members = await Promise.all(
    Array.from({ length: size }, async () => {
      const busPort = await freePort()
      const timing = ['--cluster-node-timeout', `${nodeTimeoutMs}`]
      const args = ['--cluster-enabled', 'yes', '--cluster-port', `${busPort}`, ...timing]
      return { node: await startRedisServer({ args }), busPort }
    }),
  )
  const [first] = members
  for (const [at, { node, busPort }] of members.entries()) {
    const [from, to] = [at, at + 1].map((part) => Math.floor((slots * part) / size)) as [number, number]
    await node.admin.call('CLUSTER', 'SET-CONFIG-EPOCH', at + 1)
    await node.admin.call('CLUSTER', 'ADDSLOTSRANGE', from, to - 1)
    await first?.node.admin.call('CLUSTER', 'MEET', '127.0.0.1', node.port, busPort)
  }
  const nodes = members.map(({ node }) => node)
  await waitFor('the nodes of the cluster to agree', async () => {
    const infos = await Promise.all(nodes.map(({ admin }) => admin.call('CLUSTER', 'INFO')))
    return infos.every(
      (info) => /cluster_state:ok/.test(`${info}`) && `${info}`.includes(`cluster_known_nodes:${size}`),
    )
  })
  return {
    url: `redis+cluster://${nodes.map(({ port }) => `127.0.0.1:${port}`).join(',')}`,
    nodes,
    stop: async () => {
      await Promise.all(nodes.map((node) => node.stop()))
    },
  }
}
