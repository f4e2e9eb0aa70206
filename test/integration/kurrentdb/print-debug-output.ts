import { createKurrentCheckpointStore } from '../../../commands/adapters/kurrentdb/checkpoint-store.ts'
import { openKurrentConnection } from '../../../commands/adapters/kurrentdb/connection.ts'

/** Run by a test with `DEBUG=*`, as `node print-debug-output.ts URL`: does something with a store, so that the client has something to say. */
const log = { debug: () => {}, info: () => {}, warn: console.error, error: console.error }
const connection = openKurrentConnection({ url: process.argv[2] ?? '', log })
const store = createKurrentCheckpointStore({ connection })
console.log(await store.save('debug', { position: 1, holder: 'debug' }, 0).catch((error) => error.code))
connection.close()
