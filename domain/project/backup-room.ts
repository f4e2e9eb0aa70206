import type { BackupId } from '../ids.ts'
import { emptyIdMap, getById, type IdMap, putById, removeById } from '../values/id-map.ts'
import { hasPassed } from '../values/time.ts'

/** Room for a backup that is being made, held until then. */
type Reserved = { readonly backupId: BackupId; readonly bytes: number; readonly heldUntil: string }

/** What backups take of a project's quota. `total` counts all of them, lapsed ones too, until they are dropped. In bytes. */
export type BackupRoom = {
  readonly total: number
  /** Few at any time: each is confirmed, released, or lapses. */
  readonly reserved: readonly Reserved[]
  /** By backup: as many as there are. */
  readonly confirmed: IdMap<number>
}

export const noBackupRoom: BackupRoom = { total: 0, reserved: [], confirmed: emptyIdMap }

export const roomOf = ({ reserved, confirmed }: BackupRoom, backupId: BackupId): number | undefined =>
  getById(confirmed, backupId) ?? reserved.find((each) => each.backupId === backupId)?.bytes

export const isConfirmed = ({ confirmed }: BackupRoom, backupId: BackupId, bytes: number): boolean =>
  getById(confirmed, backupId) === bytes

/** Those of which nothing was heard until their time had passed. */
export const lapsedRoom = ({ reserved }: BackupRoom, now: string): readonly BackupId[] =>
  reserved.filter(({ heldUntil }) => hasPassed(heldUntil, now)).map(({ backupId }) => backupId)

/** As it was, when nothing is held. */
export const releaseRoom = (room: BackupRoom, backupId: BackupId): BackupRoom => {
  const bytes = roomOf(room, backupId)
  if (bytes === undefined) return room
  return {
    total: room.total - bytes,
    reserved: room.reserved.filter((each) => each.backupId !== backupId),
    confirmed: removeById(room.confirmed, backupId),
  }
}

/** Takes the place of what the backup had before. */
export const reserveRoom = (room: BackupRoom, { backupId, bytes, heldUntil }: Reserved): BackupRoom => {
  const rest = releaseRoom(room, backupId)
  return { ...rest, total: rest.total + bytes, reserved: [...rest.reserved, { backupId, bytes, heldUntil }] }
}

/** Takes the place of what the backup had before. */
export const confirmRoom = (room: BackupRoom, backupId: BackupId, bytes: number): BackupRoom => {
  const rest = releaseRoom(room, backupId)
  return { ...rest, total: rest.total + bytes, confirmed: putById(rest.confirmed, backupId, bytes) }
}
