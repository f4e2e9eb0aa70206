import type { EventEmitter } from 'node:events'
import { Cluster, type Redis } from 'ioredis'

/** What ioredis 6.0.0 has and does not declare. The version is pinned. */
type Connecting = { connector: { connect: (...args: readonly unknown[]) => Promise<EventEmitter> } }

/**
 * ioredis listens to the first error of a socket only, and where nobody listens to the second the process ends. A server that hears its
 * certificate being refused may well send an alert after that, which is one. What the first error says is all there is to know.
 */
export const bearLateErrors = (client: Redis | Cluster): void => {
  if (client instanceof Cluster) client.on('+node', bearErrorsOfSockets)
  else bearErrorsOfSockets(client)
}

const bearErrorsOfSockets = (client: Redis): void => {
  const { connector } = client as unknown as Connecting
  const connect = connector.connect.bind(connector)
  connector.connect = async (...args) => {
    const socket = await connect(...args)
    socket.on('error', () => {})
    return socket
  }
}
