/** Appends to one stream until it is killed: `append.ts <data dir> <stream>`. Writes the revision of each append that succeeded. */
import { createEmbeddedEventStore } from '../../../../commands/adapters/embedded/event-store.ts'
import { openEmbeddedDatabase } from '../../../../commands/adapters/embedded/open-database.ts'
import { streamNameSchema } from '../../../../domain/stream.ts'
import { anEvent } from '../../../support/any-event.ts'

const [dataDir = '', stream = ''] = process.argv.slice(2)
const store = createEmbeddedEventStore({ database: openEmbeddedDatabase({ dataDir }) })
for (let revision = -1; ; ) {
  const events = [anEvent({ text: 'x'.repeat(500) }), anEvent({})]
  const result = await store.append(streamNameSchema.parse(stream), events, revision === -1 ? 'no-stream' : revision)
  revision = result.revision
  console.log(revision)
}
