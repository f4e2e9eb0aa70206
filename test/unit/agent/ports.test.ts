import { once } from 'node:events'
import { type AddressInfo, createServer } from 'node:net'
import { describe, expect, it } from 'vitest'
import { choosePort } from '../../../agent/ports.ts'

describe('the port of an engine', () => {
  it('is none that somebody listens on, nor one that another instance has', async () => {
    const stranger = createServer().listen(0, '127.0.0.1')
    await once(stranger, 'listening')
    const { port } = stranger.address() as AddressInfo
    const range = { first: port, last: port + 20 }
    expect(await choosePort('127.0.0.1', range, new Set([port + 1]))).toBeGreaterThan(port + 1)
    await expect(choosePort('127.0.0.1', { first: port, last: port }, new Set())).rejects.toMatchObject({
      code: 'NO_FREE_PORT',
    })
    stranger.close()
    await once(stranger, 'close')
  })

  it('is not looked for on an address that the host does not have, as before its network is up', async () => {
    // Of no machine (RFC 5737).
    const chosen = choosePort('192.0.2.1', { first: 15_432, last: 19_999 }, new Set())
    await expect(chosen).rejects.toMatchObject({ code: 'ADDRESS_UNAVAILABLE', retryable: true })
  })
})
