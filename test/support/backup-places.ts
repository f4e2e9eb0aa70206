import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Fault, startFaultyProxy } from './s3/faulty-proxy.ts'
import { startS3Server } from './s3/s3-server.ts'
import type { Environment } from './server-process.ts'

/** A backup store for a whole test, whose objects are plain files to who looks from outside. */
export type BackupStorePlace = {
  /** What servers have to be told. */
  readonly env: Environment
  /** The files of all objects. */
  readonly objects: () => string[]
  readonly close: () => Promise<void>
}

const filesBelow = (folder: string): string[] =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => join(parentPath, name))

export const openDirectoryPlace = async (): Promise<BackupStorePlace> => {
  const folder = mkdtempSync(join(tmpdir(), 'coffer-backups-'))
  return {
    env: { COFFER_BACKUP_URL: folder },
    objects: () => filesBelow(folder),
    close: async () => rmSync(folder, { recursive: true, force: true }),
  }
}

/** Each of them in turn, and two requests in three go well: so many that every object meets some. */
const badLuck: readonly Fault[] = [
  { kind: 'status', status: 503 },
  { kind: 'answer lost' },
  { kind: 'cut', afterBytes: 100_000 },
  { kind: 'refused' },
  { kind: 'status', status: 500 },
]

/** A real S3 server, reached over a line on which every third request fails. */
export const openS3PlaceOnBadLine = async (): Promise<BackupStorePlace> => {
  const server = await startS3Server()
  const proxy = await startFaultyProxy(server.port)
  proxy.always((nth) => (nth % 3 === 2 ? (badLuck[Math.floor(nth / 3) % badLuck.length] ?? null) : null))
  return {
    env: {
      COFFER_BACKUP_URL: `s3://${server.bucket}/site-1?endpoint=http://127.0.0.1:${proxy.port}&region=${server.region}`,
      COFFER_BACKUP_ACCESS_KEY: server.accessKeyId,
      COFFER_BACKUP_SECRET_KEY: server.secretAccessKey,
    },
    objects: () => filesBelow(join(server.folder, 'site-1')),
    close: async () => {
      await proxy.close()
      await server.dispose()
    },
  }
}
