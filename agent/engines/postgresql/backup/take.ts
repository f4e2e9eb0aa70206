import { randomBytes } from 'node:crypto'
import { type BackupSink, EngineFault, type EngineInstance } from '../../engine.ts'
import { type Replicate, type Reply, withReplication } from './replication.ts'

/** The parts of a backup of PostgreSQL: one tar file, and the list of its files with their checksums, as the engine wrote them. */
export const parts = { data: 'data', manifest: 'manifest' } as const

/**
 * A full copy by `BASE_BACKUP` (PostgreSQL documentation 55.4, as of version 15), complete with the write-ahead log that makes it consistent: a slot that ends
 * with the session keeps the engine from removing it meanwhile.
 */
export const take = (instance: EngineInstance, sink: BackupSink, signal: AbortSignal): Promise<void> =>
  withReplication(instance, signal, async (replicate) => {
    const slot = `coffer_backup_${randomBytes(6).toString('hex')}`
    for await (const _ of replicate(`CREATE_REPLICATION_SLOT ${slot} TEMPORARY PHYSICAL RESERVE_WAL`));
    await copyAll(replicate, sink)
  })

const command =
  "BASE_BACKUP (LABEL 'coffer', PROGRESS, CHECKPOINT 'fast', WAL, MANIFEST 'yes', MANIFEST_CHECKSUMS 'SHA256')"

const copyAll = async (replicate: Replicate, sink: BackupSink): Promise<void> => {
  const replies = replicate(command)[Symbol.asyncIterator]()
  let next = await replies.next()
  const rows: (readonly (string | null)[])[] = []
  for (; !next.done && 'row' in next.value; next = await replies.next()) rows.push(next.value.row)
  // After the position at which it begins: a line for each tablespace, with its size in KiB; the one without an id is the data directory.
  const tablespaces = rows.slice(1)
  if (tablespaces.length !== 1) {
    throw new EngineFault('BACKUP_FAILED', 'the instance has tablespaces outside of its data directory')
  }
  sink.expect(Number(tablespaces[0]?.[2] ?? 0) * 1024)
  const messages = withFirst(next, replies)
  await sink.store(parts.data, nextPart(messages))
  await sink.store(parts.manifest, nextPart(messages))
}

type Message = { readonly copied: Buffer }

/** The first byte of a message of the copy: content, and the beginning of the manifest. Others tell of archives and of the progress. */
const kinds = { data: 0x64, manifest: 0x6d } as const

const withFirst = async function* (first: IteratorResult<Reply>, rest: AsyncIterator<Reply>): AsyncGenerator<Message> {
  for (let next = first; !next.done; next = await rest.next()) if ('copied' in next.value) yield next.value
}

/** The content up to the manifest, or to the end. What comes after is left to be read. */
const nextPart = async function* (messages: AsyncIterator<Message>): AsyncGenerator<Uint8Array> {
  for (let next = await messages.next(); !next.done; next = await messages.next()) {
    const { copied } = next.value
    if (copied[0] === kinds.manifest) return
    if (copied[0] === kinds.data) yield copied.subarray(1)
  }
}
