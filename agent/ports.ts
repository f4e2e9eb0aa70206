import { createServer } from 'node:net'
import { EngineFault } from './engines/engine.ts'

/** Whether an engine could listen there now. */
export const isPortFree = (address: string, port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const server = createServer()
    server.once('error', () => resolve(false))
    server.listen({ host: address, port, exclusive: true }, () => server.close(() => resolve(true)))
  })

/**
 * The lowest port of the range that no instance of the agent has and nobody listens on. Throws `NO_FREE_PORT`. Between the
 * answer and the engine's start a stranger may take it: then choose again.
 */
export const choosePort = async (
  address: string,
  range: { readonly first: number; readonly last: number },
  claimed: ReadonlySet<number>,
): Promise<number> => {
  for (let port = range.first; port <= range.last; port += 1) {
    if (!claimed.has(port) && (await isPortFree(address, port))) return port
  }
  throw new EngineFault(
    'NO_FREE_PORT',
    `no port from ${range.first} to ${range.last} is free on ${address}: delete instances or give the agent a wider range`,
  )
}
