import { existsSync, readFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { describeError } from './describe-error.ts'
import { EngineFault } from './engines/engine.ts'

/** By which the system says that it is about this port alone: somebody has it, or only root may. */
const portCodes = ['EADDRINUSE', 'EACCES']

/** Whether an engine could listen there now. Throws `ADDRESS_UNAVAILABLE` when it could listen on no port of that address. */
export const isPortFree = (address: string, port: number): Promise<boolean> =>
  new Promise((resolve, reject) => {
    const server = createServer()
    server.once('error', (cause: NodeJS.ErrnoException) => {
      if (portCodes.includes(cause.code ?? '')) return resolve(false)
      const message = `engines cannot listen on ${address}, which this host does not have (now): ${describeError(cause)}`
      reject(new EngineFault('ADDRESS_UNAVAILABLE', message, { retryable: true, cause }))
    })
    server.listen({ host: address, port, exclusive: true }, () => server.close(() => resolve(true)))
  })

/**
 * A port of the range that no instance of the agent has and nobody listens on, any of them with equal chance: in order, ports would tell one
 * tenant how many instances others make. `random`: a whole number from 0 to below its argument. Throws `NO_FREE_PORT`. Between the
 * answer and the engine's start a stranger may take it: then choose again.
 */
export const choosePort = async (
  address: string,
  range: { readonly first: number; readonly last: number },
  claimed: ReadonlySet<number>,
  random: (below: number) => number,
): Promise<number> => {
  const untried = Array.from({ length: range.last - range.first + 1 }, (_, index) => range.first + index).filter(
    (port) => !claimed.has(port),
  )
  while (untried.length > 0) {
    const [port = range.first] = untried.splice(random(untried.length), 1)
    if (await isPortFree(address, port)) return port
  }
  throw new EngineFault(
    'NO_FREE_PORT',
    `no port from ${range.first} to ${range.last} is free on ${address}: delete instances or give the agent a wider range`,
  )
}

/** How many ports of the range there are for instances: all but those on which others listen, at any address. */
export const countPorts = (
  range: { readonly first: number; readonly last: number },
  own: ReadonlySet<number>,
): number => {
  const foreign = listeningPorts().filter((port) => port >= range.first && port <= range.last && !own.has(port))
  return range.last - range.first + 1 - new Set(foreign).size
}

/** State `0A`: listening. The local address is `<address>:<port>` in hexadecimal digits (proc_net_tcp). */
const listeningPorts = (): readonly number[] =>
  ['/proc/net/tcp', '/proc/net/tcp6'].filter(existsSync).flatMap((file) =>
    readFileSync(file, 'utf8')
      .split('\n')
      .slice(1)
      .map((line) => line.trim().split(/\s+/))
      .filter(([, , , state]) => state === '0A')
      .map(([, local = '']) => Number.parseInt(local.slice(local.lastIndexOf(':') + 1), 16)),
  )
