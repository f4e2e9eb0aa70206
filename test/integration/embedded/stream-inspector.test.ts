import { afterAll, beforeAll, expect, it } from 'vitest'
import { createEmbeddedEventStore } from '../../../commands/adapters/embedded/event-store.ts'
import { openEmbeddedDatabase } from '../../../commands/adapters/embedded/open-database.ts'
import { createEmbeddedStreamInspector } from '../../../commands/adapters/embedded/stream-inspector.ts'
import { EventStoreUnavailable } from '../../../commands/ports/event-store.ts'
import type { StreamName } from '../../../domain/stream.ts'
import { anEvent } from '../../support/any-event.ts'
import { createTempDir } from '../../support/temp-dir.ts'

const { signal } = new AbortController()
const temp = createTempDir('stream-inspector')
let database: ReturnType<typeof openEmbeddedDatabase>

beforeAll(() => {
  database = openEmbeddedDatabase({ dataDir: temp.next() })
})
afterAll(() => database.close())

it('finds the streams whose first events, or all, were removed from the file, over several pages', async () => {
  const store = createEmbeddedEventStore({ database })
  const inspector = createEmbeddedStreamInspector({ database })
  const names = Array.from({ length: 1200 }, (_, number) => `flavor-f${String(number).padStart(4, '0')}` as StreamName)
  const foreign = 'operation-42' as StreamName
  await Promise.all([...names, foreign].map((name) => store.append(name, [anEvent({}), anEvent({})], 'no-stream')))
  expect(await inspector.inspect(signal)).toEqual({ streams: [], complete: true })
  const cut = [names[3], names[1100]]
  for (const stream of [...cut, foreign]) {
    database.connection.prepare('DELETE FROM events WHERE stream = ? AND revision = 0').run(String(stream))
  }
  expect(await inspector.inspect(signal)).toEqual({
    streams: cut.map((stream) => ({ stream, settings: [], first: 1 })),
    complete: true,
  })
  const gone = 'flavor-gone' as StreamName
  expect(await inspector.findEmpty([...names, gone], signal)).toEqual([gone])
  await database.close()
  await expect(inspector.findEmpty([gone], signal)).rejects.toThrow(EventStoreUnavailable)
  await expect(inspector.inspect(signal)).rejects.toThrow(EventStoreUnavailable)
})
