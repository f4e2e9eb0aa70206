import { type Process, seconds } from './process.ts'

/** Nothing undoes it: a volume that has not grown is as it was, and one that has cannot shrink. */
export const growVolume: Process = {
  kind: 'grow',
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
}
