import { createServer } from 'node:net'
import { EngineFault } from './engines/engine.ts'

/** By which the system says that it is about this port alone: somebody has it, or only root may. */
const portCodes = ['EADDRINUSE', 'EACCES']

/** Whether an engine could listen there now. Throws `ADDRESS_UNAVAILABLE` when it could listen on no port of that address. */
export const isPortFree = (address: string, port: number): Promise<boolean> =>
  new Promise((resolve, reject) => {
    const server = createServer()
    server.once('error', (cause: NodeJS.ErrnoException) => {
      if (portCodes.includes(cause.code ?? '')) return resolve(false)
      const message = `engines can not listen on ${address}, which this host does not have (now): ${cause.message}`
      reject(new EngineFault('ADDRESS_UNAVAILABLE', message, { retryable: true, cause }))
    })
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
