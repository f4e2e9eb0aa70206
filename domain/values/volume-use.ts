import { z } from 'zod'
import { mostRoom } from '../engines/registry.ts'

/**
 * How full a volume is. From `FILLING` (less than 20 % left) and `NEARLY_FULL` (less than 10 %) its owner should act. `FULL`: so little is left that
 * the engine refuses writes, which would end it at the last block.
 */
export const volumeStages = ['ROOMY', 'FILLING', 'NEARLY_FULL', 'FULL'] as const
export const volumeStageSchema = z.enum(volumeStages)
export type VolumeStage = z.infer<typeof volumeStageSchema>

/** Whole numbers, of bytes or of files: what is taken, and what the engine may still take. */
export type Room = { readonly used: number; readonly available: number }

/** `files`: null where the file system makes as many as fit. */
export type VolumeUse = { readonly bytes: Room; readonly files: Room | null }

const mib = 1024 ** 2
/** What must be left for a volume not to be at the stage: a share, within bounds where the next writes need a certain amount, however large it is. */
const limits: Readonly<Record<Exclude<VolumeStage, 'ROOMY'>, Limit>> = {
  FILLING: { share: 0.2 },
  NEARLY_FULL: { share: 0.1 },
  FULL: {
    share: 0.03,
    bytes: { least: mostRoom.writesMiB * mib, most: 1024 * mib },
    files: { least: 256, most: 10_000 },
  },
}
type Bounds = { readonly least: number; readonly most: number }
type Limit = { readonly share: number; readonly bytes?: Bounds; readonly files?: Bounds }

/** A stage is left when a quarter more is free than it is entered at, so that nothing swings between two. */
const leavingFactor = 1.25

/** The stage of a volume that was at `before`. */
export const stageOf = (use: VolumeUse, before: VolumeStage): VolumeStage => {
  const reached = (stage: keyof typeof limits): boolean => {
    const factor = volumeStages.indexOf(before) >= volumeStages.indexOf(stage) ? leavingFactor : 1
    const { share, bytes, files } = limits[stage]
    const lacks = (room: Room, bounds: Bounds | undefined) => room.available < factor * leastOf(room, share, bounds)
    return lacks(use.bytes, bytes) || (use.files !== null && lacks(use.files, files))
  }
  return (['FULL', 'NEARLY_FULL', 'FILLING'] as const).find(reached) ?? 'ROOMY'
}

const sizeOf = ({ used, available }: Room): number => used + available

const leastOf = (room: Room, share: number, bounds: Bounds | undefined): number => {
  const wanted = sizeOf(room) * share
  return bounds ? Math.min(Math.max(wanted, bounds.least), bounds.most) : wanted
}

/** Of bytes or files, whichever is scarcer: `volume 97 % full (974 of 1000 MiB)`. */
export const useInWords = ({ bytes, files }: VolumeUse): string => {
  if (files !== null && usedShare(files) > usedShare(bytes)) {
    return `volume ${percent(files)} % full (${files.used} of ${sizeOf(files)} files)`
  }
  return `volume ${percent(bytes)} % full (${Math.ceil(bytes.used / mib)} of ${Math.ceil(sizeOf(bytes) / mib)} MiB)`
}

/** 0 to 1. */
export const usedShare = (room: Room): number => (sizeOf(room) === 0 ? 1 : room.used / sizeOf(room))

const percent = (room: Room): number => Math.floor(usedShare(room) * 100)
