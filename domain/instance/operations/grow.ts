import { z } from 'zod'
import { seconds } from '../../operation/process.ts'
import type { Rejection } from '../../rejection.ts'
import { resourcesOf } from '../../values/resources.ts'
import { restingStatuses } from '../known.ts'
import { defineOperation } from './define-operation.ts'

/** Nothing undoes it: a volume that has not grown is as it was, and one that has cannot shrink. */
export const grow = defineOperation({
  kind: 'grow',
  lane: 'exclusive',
  does: 'Gives the volume more room.',
  done: 'given a larger volume',
  accepts: ['ACTIVE', 'STOPPED', 'FAILED'],
  meanwhile: 'RESIZING',
  /** What the volume is to have in all. */
  wish: { volumeGiB: z.int().positive() },
  refuses: ({ spec }, { volumeGiB }) => (volumeGiB > spec.volumeGiB ? null : notLarger(volumeGiB, spec.volumeGiB)),
  respecs: (spec, { volumeGiB }) => ({ ...spec, volumeGiB }),
  holds: resourcesOf,
  requested: 'InstanceVolumeGrowthRequested',
  succeeded: 'InstanceVolumeGrown',
  /** `status`: where it was before, and is again. */
  applied: { volumeGiB: z.int().positive(), status: z.enum(restingStatuses) },
  applies: ({ before }, { volumeGiB }) => ({ volumeGiB, status: before }),
  changes: ({ volumeGiB }) => ({ spec: { volumeGiB } }),
  becomes: 'as before',
  shows: null,
  failed: 'InstanceVolumeGrowthFailed',
  /** `certain`: the volume has the size that it had. Else its host has not said, and it may have grown. */
  left: { certain: z.boolean(), status: z.enum(restingStatuses) },
  leaves: (before, { fault }) => ({ certain: fault.code !== 'DEADLINE_EXCEEDED', status: before }),
  changesFailing: ({ certain }) => (certain ? {} : null),
  keepsData: true,
  steps: [
    {
      name: 'volume',
      // Setting room aside for a large volume takes its time on a disk without extents.
      timeoutMs: seconds(240),
      payload: ({ spec }) => ({ kind: 'volume-grown', sizeGiB: spec.volumeGiB }),
    },
  ],
  compensation: [],
  undoneTo: null,
  notCancellable: 'a volume cannot shrink',
  remains: 'the volume may have grown',
})

const notLarger = (volumeGiB: number, presentGiB: number): Rejection => ({
  code: 'INVALID_INPUT',
  message: `the volume has ${presentGiB} GiB and can only grow: ask for more than that, not for ${volumeGiB}`,
  field: 'volumeGiB',
  details: { volumeGiB: presentGiB },
})
