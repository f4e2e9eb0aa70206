import type { InstanceId } from '../../domain/ids.ts'
import { stageOf, type VolumeStage, type VolumeUse } from '../../domain/values/volume-use.ts'

export type SeenVolume = { readonly stage: VolumeStage; readonly use: VolumeUse | null }

export type VolumeWatch = {
  /** Measures the volume if it is time to, and answers how it was seen last. A volume that cannot be measured now is as it was. */
  look(signal: AbortSignal): Promise<SeenVolume>
}

export type VolumeWatchDeps = {
  readonly measure: (instanceId: InstanceId, signal: AbortSignal) => Promise<VolumeUse | null>
  readonly failed: (error: unknown) => void
  readonly elapsedMs: () => number
}

/** An engine writes some hundred MB a second: the less is left, the sooner it must be seen. */
const intervalsMs: Readonly<Record<VolumeStage, number>> = { ROOMY: 1000, FILLING: 500, NEARLY_FULL: 100, FULL: 500 }
/** Measuring takes at most such a share of the time, however many files a directory has. */
const restFactors: Readonly<Record<VolumeStage, number>> = { ROOMY: 100, FILLING: 20, NEARLY_FULL: 10, FULL: 20 }

/** Keeps an eye on the volume of one instance, which was last known to be at this stage. */
export const createVolumeWatch = (deps: VolumeWatchDeps, instanceId: InstanceId, before: VolumeStage): VolumeWatch => {
  let seen: SeenVolume = { stage: before, use: null }
  let nextLookAt = 0
  return {
    look: async (signal) => {
      const startedAt = deps.elapsedMs()
      if (startedAt < nextLookAt) return seen
      try {
        const use = await deps.measure(instanceId, signal)
        if (use) seen = { stage: stageOf(use, seen.stage), use }
      } catch (error) {
        if (!signal.aborted) deps.failed(error)
      }
      const endedAt = deps.elapsedMs()
      nextLookAt = endedAt + Math.max(intervalsMs[seen.stage], (endedAt - startedAt) * restFactors[seen.stage])
      return seen
    },
  }
}
