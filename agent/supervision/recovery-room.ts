import { stageOf, type VolumeStage } from '../../domain/values/volume-use.ts'
import type { Log } from '../../kernel/log.ts'
import type { EngineLimits } from '../engines/engine.ts'
import { fileSystemRoom } from '../files.ts'
import {
  fullReserve,
  reserveBytes,
  reserveFiles,
  type VolumeKind,
  type VolumePlace,
  type Volumes,
} from '../isolation/volumes.ts'
import type { NodeRecord } from '../journal/nodes.ts'
import type { Engine } from './engine.ts'

export type RecoveryRoom = {
  /**
   * An engine that is about to start has room to recover: where its volume is short of it, its reserve is lent. Answers what the engine may let
   * happen. Nobody else may use what is lent, so clients are kept out until it is taken back.
   */
  readyForStart(record: NodeRecord, signal: AbortSignal): Promise<EngineLimits>
  lend(record: NodeRecord, signal: AbortSignal): Promise<void>
  /** The reserve is kept again, and clients are served. The engine runs and is ready. Where nothing was lent, nothing is done. */
  takeBack(record: NodeRecord, engine: Engine, signal: AbortSignal): Promise<void>
  /** So much is kept of the reserve as the stage of the volume asks for. */
  keep(record: NodeRecord, stage: VolumeStage, signal: AbortSignal): Promise<void>
}

export type RecoveryRoomDeps = {
  readonly volumes: (kind: VolumeKind) => Volumes
  readonly placeOf: (record: NodeRecord) => VolumePlace
  readonly log: Log
}

/** With so much left, no start needs more: a recovery takes one segment of the engine's log or two, and replays what had room before. */
const shortFactor = 2

export const createRecoveryRoom = ({ volumes, placeOf, log }: RecoveryRoomDeps): RecoveryRoom => {
  const isShort = async (record: NodeRecord): Promise<boolean> => {
    const place = placeOf(record)
    if (await volumes(record.volume.kind).hasLent(place)) return true
    const { bytes, files } = await fileSystemRoom(place.directory)
    const isShortOfFiles = files !== null && files.available < shortFactor * reserveFiles
    return bytes.available < shortFactor * reserveBytes || isShortOfFiles
  }

  const measureStage = async (record: NodeRecord, signal: AbortSignal): Promise<VolumeStage> => {
    const { kind, sizeGiB } = record.volume
    return stageOf(await volumes(kind).measure(placeOf(record), sizeGiB, signal), record.volumeStage)
  }

  return {
    readyForStart: async (record, signal) => {
      if (!(await isShort(record))) return { clients: 'served', volume: record.volumeStage }
      return { clients: 'kept-out', volume: await measureStage(record, signal) }
    },
    lend: async (record, signal) => {
      const { nodeId, volume, owner } = record
      await volumes(volume.kind).lendReserve(placeOf(record), owner, signal)
      log.info({ nodeId }, 'a volume has little room left: its engine gets the reserve for its start')
    },
    takeBack: async (record, { driver, instance }, signal) => {
      const { nodeId, volume } = record
      const own = volumes(volume.kind)
      const place = placeOf(record)
      if (!(await own.hasLent(place))) return
      await driver.room?.giveRoomBack(instance, signal)
      const stage = await measureStage(record, signal)
      // Written while there is a file to write it to, and in force only when the reserve is kept.
      await driver.configure(instance, { clients: 'served', volume: stage })
      await own.keepReserve(place, await reserveAt(stage, place), signal)
      await driver.applyConfiguration(instance, signal)
      log.info({ nodeId }, 'the reserve of a volume is kept again')
    },
    keep: async (record, stage, signal) => {
      const place = placeOf(record)
      await volumes(record.volume.kind).keepReserve(place, await reserveAt(stage, place), signal)
    },
  }
}

const reserveAt = async (stage: VolumeStage, { directory }: VolumePlace): Promise<number> => {
  if (stage !== 'FULL') return reserveBytes
  const { free } = await fileSystemRoom(directory)
  const { mostBytes, leastBytes, leftBytes } = fullReserve
  const wanted = Math.floor((free - leftBytes) / blockBytes) * blockBytes
  return Math.min(Math.max(wanted, leastBytes), mostBytes)
}

/** What a reserve is counted in: no file system has larger blocks. */
const blockBytes = 65_536
