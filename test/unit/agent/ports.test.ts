import { once } from 'node:events'
import { type AddressInfo, createServer } from 'node:net'
import { describe, expect, it } from 'vitest'
import { choosePort, countPorts } from '../../../agent/ports.ts'
import { freePortRange } from '../../support/free-ports.ts'

const lowest = (): number => 0

describe('the port of an engine', () => {
  it('is none that somebody listens on, nor one that another instance has', async () => {
    const stranger = createServer().listen(0, '127.0.0.1')
    await once(stranger, 'listening')
    const { port } = stranger.address() as AddressInfo
    const range = { first: port, last: port + 20 }
    expect(await choosePort('127.0.0.1', range, new Set([port + 1]), lowest)).toBeGreaterThan(port + 1)
    await expect(choosePort('127.0.0.1', { first: port, last: port }, new Set(), lowest)).rejects.toMatchObject({
      code: 'NO_FREE_PORT',
    })
    stranger.close()
    await once(stranger, 'close')
  })

  it('is counted unless somebody else listens on it', async () => {
    const stranger = createServer().listen(0, '127.0.0.1')
    await once(stranger, 'listening')
    const { port } = stranger.address() as AddressInfo
    const one = { first: port, last: port }
    expect([countPorts(one, new Set()), countPorts(one, new Set([port]))]).toEqual([0, 1])
    stranger.close()
    await once(stranger, 'close')
    expect(countPorts(one, new Set())).toBe(1)
  })

  it('is any of those that are free, and all of them are tried before there is none', async () => {
    const { first, last } = await freePortRange(4)
    const highest = (below: number): number => below - 1
    const chosen: number[] = []
    for (let port = first; port <= last; port += 1) {
      chosen.push(await choosePort('127.0.0.1', { first, last }, new Set(chosen), highest))
    }
    expect(chosen).toEqual([last, last - 1, last - 2, last - 3])
    await expect(choosePort('127.0.0.1', { first, last }, new Set(chosen), highest)).rejects.toMatchObject({
      code: 'NO_FREE_PORT',
    })
  })

  it('is not looked for on an address that the host does not have, as before its network is up', async () => {
    // Of no machine (RFC 5737).
    const chosen = choosePort('192.0.2.1', { first: 15_432, last: 19_999 }, new Set(), lowest)
    await expect(chosen).rejects.toMatchObject({ code: 'ADDRESS_UNAVAILABLE', retryable: true })
  })
})
