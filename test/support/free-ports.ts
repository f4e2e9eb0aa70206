import { once } from 'node:events'
import { createServer } from 'node:net'

/** Both ends included. */
export type PortRange = { readonly first: number; readonly last: number }

const firstOfAll = 20_000
/** Below those that Linux gives to outgoing connections, from 32768 on: none of these takes a port whose server is away for a while. */
const endOfAll = 32_000
const blockLength = 100

type Block = { next: number; readonly end: number }
let block: Promise<Block> | undefined

/** Ports of the loopback, side by side, on which nobody listens now and which no test in another process is given while this one runs. */
export const freePortRange = async (count: number): Promise<PortRange> => {
  if (count < 1 || count >= blockLength) {
    throw new Error(`${count} ports were asked for; there are 1 to ${blockLength - 1} side by side`)
  }
  for (;;) {
    block ??= reserveBlock()
    const asked = block
    const current = await asked
    const first = current.next
    if (first + count > current.end) {
      if (block === asked) block = undefined
      continue
    }
    current.next += count
    const range = Array.from({ length: count }, (_, index) => first + index)
    if ((await Promise.all(range.map(isFree))).every(Boolean)) return { first, last: first + count - 1 }
  }
}

/** All different, as `freePortRange` finds them. */
export const freePorts = async (count: number): Promise<readonly number[]> => {
  const { first } = await freePortRange(count)
  return Array.from({ length: count }, (_, index) => first + index)
}

export const freePort = async (): Promise<number> => (await freePortRange(1)).first

/** A block is its process's who listens on its first port: the kernel lets only one do so, and for no longer than it lives. */
const reserveBlock = async (): Promise<Block> => {
  const blocks = (endOfAll - firstOfAll) / blockLength
  const anyOne = Math.floor(Math.random() * blocks)
  for (let tried = 0; tried < blocks; tried += 1) {
    const guard = firstOfAll + ((anyOne + tried) % blocks) * blockLength
    const server = await listen(guard)
    server?.unref()
    if (server) return { next: guard + 1, end: guard + blockLength }
  }
  throw new Error(`every block of ports from ${firstOfAll} to ${endOfAll - 1} is taken by another test`)
}

const isFree = async (port: number): Promise<boolean> => {
  const server = await listen(port)
  if (!server) return false
  server.close()
  await once(server, 'close')
  return true
}

/** Null when somebody else does. */
const listen = async (port: number) => {
  const server = createServer().listen(port, '127.0.0.1')
  try {
    await once(server, 'listening')
    return server
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EADDRINUSE') return null
    throw error
  }
}
