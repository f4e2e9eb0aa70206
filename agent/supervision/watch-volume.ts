import type { NodeId } from '../../domain/ids.ts'
import { stageOf, type VolumeStage, type VolumeUse, volumeStages } from '../../domain/values/volume-use.ts'

/** `stage`: what is to be acted on. `told`: what is to be told of it, which does not swing with a client that fills and frees the volume. */
export type SeenVolume = { readonly stage: VolumeStage; readonly told: VolumeStage; readonly use: VolumeUse | null }

export type VolumeWatch = {
  /** Measures the volume if it is time to, and answers how it was seen last. A volume that cannot be measured now is as it was. */
  look(signal: AbortSignal): Promise<SeenVolume>
  /** How long until it is time to. */
  dueInMs(): number
}

export type VolumeWatchDeps = {
  readonly measure: (nodeId: NodeId, signal: AbortSignal) => Promise<VolumeUse | null>
  readonly failed: (error: unknown) => void
  readonly elapsedMs: () => number
}

/** An engine writes some hundred MB a second: the less is left, the sooner it must be seen. */
const intervalsMs: Readonly<Record<VolumeStage, number>> = { ROOMY: 1000, FILLING: 500, NEARLY_FULL: 100, FULL: 500 }
/** Measuring takes at most such a share of the time, however many files a directory has. */
const restFactors: Readonly<Record<VolumeStage, number>> = { ROOMY: 100, FILLING: 20, NEARLY_FULL: 10, FULL: 20 }

/** A better stage is told when it has lasted for so long. */
const dwellMs = 10_000

/** Keeps an eye on the volume of one instance, which was last told to be at this stage. */
export const createVolumeWatch = (deps: VolumeWatchDeps, nodeId: NodeId, before: VolumeStage): VolumeWatch => {
  let seen: SeenVolume = { stage: before, told: before, use: null }
  const told = createToldStage(before, deps.elapsedMs)
  let nextLookAt = 0
  return {
    look: async (signal) => {
      const startedAt = deps.elapsedMs()
      if (startedAt < nextLookAt) return seen
      try {
        const use = await deps.measure(nodeId, signal)
        if (use) {
          const stage = stageOf(use, seen.stage)
          seen = { stage, told: told(stage), use }
        }
      } catch (error) {
        if (!signal.aborted) deps.failed(error)
      }
      const endedAt = deps.elapsedMs()
      nextLookAt = endedAt + Math.max(intervalsMs[seen.stage], (endedAt - startedAt) * restFactors[seen.stage])
      return seen
    },
    dueInMs: () => Math.max(0, nextLookAt - deps.elapsedMs()),
  }
}

/** Takes the stage that was just seen and gives what is told: a worse one at once, a better one late, and then the worst of the meantime. */
const createToldStage = (before: VolumeStage, elapsedMs: () => number): ((stage: VolumeStage) => VolumeStage) => {
  let told = before
  let better: { readonly since: number; readonly worst: VolumeStage } | null = null
  return (stage) => {
    if (rank(stage) >= rank(told)) {
      told = stage
      better = null
      return told
    }
    const { since, worst } = better ?? { since: elapsedMs(), worst: stage }
    better = { since, worst: rank(stage) > rank(worst) ? stage : worst }
    if (elapsedMs() - since < dwellMs) return told
    told = better.worst
    better = null
    return told
  }
}

const rank = (stage: VolumeStage): number => volumeStages.indexOf(stage)
