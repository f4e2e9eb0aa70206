import { once } from 'node:events'
import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { describe, expect, it, onTestFinished } from 'vitest'
import { createApiClient } from '../../../../ops/cli/api-client.ts'
import type { CliContext } from '../../../../ops/cli/context.ts'
import type { Document } from '../../../../ops/cli/document.ts'
import { requestOnce } from '../../../../ops/cli/request-once.ts'

type Input = { readonly name: string; readonly idempotencyKey: string | undefined }
const mutation: Document<{ readonly result: string }, { readonly input: Input }> = 'mutation'

type Answer = (response: Parameters<RequestListener>[1]) => void

/** A client of a server that answers one request after the other as `answers` say, and the keys it was sent. */
const clientOf = async (answers: Answer[], requestTimeoutMs?: number) => {
  const keys: string[] = []
  const server = createServer(async (request, response) => {
    let body = ''
    for await (const chunk of request) body += chunk
    keys.push(JSON.parse(body).variables.input.idempotencyKey)
    answers.shift()?.(response)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const api = createApiClient({ url, token: 'x' }, { ...(requestTimeoutMs && { requestTimeoutMs }) })
  const context = { api, signal: new AbortController().signal } as unknown as CliContext
  return {
    api,
    keys,
    send: (idempotencyKey?: string) => requestOnce(context, mutation, { name: 'shop', idempotencyKey }),
  }
}

const breakOff: Answer = (response) => response.destroy()
const breakOffWithin: Answer = (response) => {
  response.writeHead(200, { 'content-type': 'application/json', 'content-length': '1000' })
  response.write('{"data":{', () => response.destroy())
}
const accept: Answer = (response) => response.end('{"data":{"result":"the password"}}')
const fail =
  (code: string): Answer =>
  (response) =>
    response.end(JSON.stringify({ errors: [{ message: 'no', extensions: { code } }] }))

describe('a request whose answer shows a secret', () => {
  it.each([
    ['before it was answered', breakOff],
    ['within its answer', breakOffWithin],
  ])('is sent again under the same key when the connection breaks off %s', async (_when, lose) => {
    const { send, keys } = await clientOf([lose, fail('UNAVAILABLE'), accept])
    expect(await send()).toEqual({ result: 'the password' })
    expect(keys).toHaveLength(3)
    expect(new Set(keys).size).toBe(1)
    expect(keys[0]).toMatch(/^[0-9a-f-]{36}$/)
  })

  it('keeps the key that it was given', async () => {
    const { send, keys } = await clientOf([breakOff, accept])
    await send('mine')
    expect(keys).toEqual(['mine', 'mine'])
  })

  it.each(['INVALID_INPUT', 'UNAVAILABLE', 'INTERNAL_ERROR'])(
    'is not sent again when it is answered: %s',
    async (code) => {
      const { send, keys } = await clientOf([fail(code), accept])
      await expect(send()).rejects.toMatchObject({ failure: { code } })
      expect(keys).toHaveLength(1)
    },
  )
})

describe('a server that does not answer', () => {
  it('is told as such, and asked again like one whose connection broke off', async () => {
    const { api, send } = await clientOf([() => {}, () => {}, accept], 200)
    const asking = api.request('query', { input: {} }, new AbortController().signal)
    await expect(asking).rejects.toThrow('has not answered within 0.2 s')
    expect(await send()).toEqual({ result: 'the password' })
  })
})
