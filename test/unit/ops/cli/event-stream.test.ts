import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { readEventStream, type ServerSentEvent } from '../../../../ops/cli/event-stream.ts'

const read = async (chunks: readonly Uint8Array[]): Promise<readonly ServerSentEvent[]> => {
  async function* body() {
    yield* chunks
  }
  const events: ServerSentEvent[] = []
  for await (const event of readEventStream(body())) events.push(event)
  return events
}

const text =
  ': hello\n\nevent: next\ndata: {"a":"ü€"}\n\nevent: next\r\ndata: one\r\ndata: two\r\n\r\nevent: complete\n\n'
const expected = [
  { event: 'next', data: '{"a":"ü€"}' },
  { event: 'next', data: 'one\ntwo' },
  { event: 'complete', data: '' },
]

describe('an event stream', () => {
  it('is read the same however it is cut into pieces', async () => {
    const bytes = new TextEncoder().encode(text)
    await fc.assert(
      fc.asyncProperty(fc.array(fc.nat(bytes.length), { maxLength: 20 }), async (cuts) => {
        const places = [0, ...cuts.sort((a, b) => a - b), bytes.length]
        const chunks = places.slice(1).map((end, index) => bytes.slice(places[index], end))
        expect(await read(chunks)).toEqual(expected)
      }),
    )
  })

  it('drops an event that is not ended', async () => {
    expect(await read([new TextEncoder().encode('event: next\ndata: half')])).toEqual([])
  })
})
