import { z } from 'zod'
import { type SizeFacts, sizeFactsSchema, volumeFactsSchema } from '../../guest/report.ts'
import { flavorIdSchema } from '../../ids.ts'
import { leastStepMs, resultReader, type Step, seconds } from '../../operation/process.ts'
import type { OperationSubject } from '../../operation/subject.ts'
import type { Rejection } from '../../rejection.ts'
import type { InstanceSpec } from '../../values/instance-spec.ts'
import { restingStatuses } from '../known.ts'
import { type DataOf, defineOperation } from './define-operation.ts'
import { engineStep } from './engine-steps.ts'

/** What the instance is to have in all; null for what stays. The flavor is what was on offer under its name when it was asked for. */
const wish = {
  flavor: flavorIdSchema.nullable(),
  vcpus: z.int().positive().nullable(),
  memoryMiB: z.int().positive().nullable(),
  volumeGiB: z.int().positive().nullable(),
}
type Wish = DataOf<typeof wish>

const size = {
  flavor: flavorIdSchema,
  vcpus: z.int().positive(),
  memoryMiB: z.int().positive(),
  volumeGiB: z.int().positive(),
}
const sizeOf = ({ flavor, vcpus, memoryMiB, volumeGiB }: InstanceSpec): DataOf<typeof size> => ({
  flavor,
  vcpus,
  memoryMiB,
  volumeGiB,
})

const respecs = (spec: InstanceSpec, { flavor, vcpus, memoryMiB, volumeGiB }: Wish): InstanceSpec => ({
  ...spec,
  flavor: flavor ?? spec.flavor,
  vcpus: vcpus ?? spec.vcpus,
  memoryMiB: memoryMiB ?? spec.memoryMiB,
  volumeGiB: volumeGiB ?? spec.volumeGiB,
})

const sizeResult = resultReader('engine', sizeFactsSchema)
const formerSizeResult = resultReader('engine-back', sizeFactsSchema)
const volumeResult = resultReader('volume', volumeFactsSchema)
const volumeLeft = resultReader('volume-back', volumeFactsSchema)

const before = ({ spec, formerSpec = spec }: OperationSubject): InstanceSpec => formerSpec
/** The volume grows last, as nothing takes that back. */
const withFormerVolume = (subject: OperationSubject): InstanceSpec => ({
  ...subject.spec,
  volumeGiB: before(subject).volumeGiB,
})
const isOtherSize = (a: InstanceSpec, b: InstanceSpec): boolean =>
  a.flavor !== b.flavor || a.vcpus !== b.vcpus || a.memoryMiB !== b.memoryMiB
const growsVolume = (subject: OperationSubject): boolean => subject.spec.volumeGiB > before(subject).volumeGiB

const takesRestart = (told: SizeFacts | null): boolean => told !== null && told.restartFor.length > 0

const steps: readonly Step[] = [
  {
    name: 'engine',
    timeoutMs: leastStepMs,
    result: sizeFactsSchema,
    payload: (subject) =>
      isOtherSize(subject.spec, before(subject)) ? { kind: 'engine-resized', spec: withFormerVolume(subject) } : null,
  },
  engineStep({
    name: 'restart',
    timeoutMs: seconds(120),
    payload: (subject, { results }) =>
      takesRestart(sizeResult(results))
        ? { kind: 'engine-running', spec: withFormerVolume(subject), generation: subject.generation + 1 }
        : null,
  }),
  {
    name: 'volume',
    // Setting room aside for a large volume takes its time on a disk without extents.
    timeoutMs: seconds(240),
    result: volumeFactsSchema,
    payload: (subject) => (growsVolume(subject) ? { kind: 'volume-grown', sizeGiB: subject.spec.volumeGiB } : null),
  },
  {
    name: 'verify',
    timeoutMs: leastStepMs,
    payload: (_, { results }) => (sizeResult(results)?.running ? { kind: 'endpoint-verified', users: [] } : null),
  },
]

/** The former size, where it was touched. An engine that has to give back what it got is stopped and started with what it had. */
const compensation: readonly Step[] = [
  {
    name: 'engine-back',
    timeoutMs: leastStepMs,
    outlastsOperation: true,
    result: sizeFactsSchema,
    payload: (subject, { begun }) =>
      begun.includes('engine') ? { kind: 'engine-resized', spec: before(subject) } : null,
  },
  {
    name: 'stop-back',
    timeoutMs: leastStepMs,
    payload: (_, { results }) => (takesRestart(formerSizeResult(results)) ? { kind: 'engine-stopped' } : null),
  },
  engineStep({
    name: 'start-back',
    timeoutMs: seconds(120),
    outlastsOperation: true,
    payload: (subject, { results }) =>
      takesRestart(formerSizeResult(results))
        ? { kind: 'engine-running', spec: before(subject), generation: subject.generation }
        : null,
  }),
  {
    name: 'volume-back',
    timeoutMs: leastStepMs,
    result: volumeFactsSchema,
    // It shrinks nothing: it tells what has come of the volume.
    payload: (subject, { begun }) =>
      begun.includes('volume') ? { kind: 'volume-grown', sizeGiB: before(subject).volumeGiB } : null,
  },
  {
    name: 'verify-back',
    timeoutMs: leastStepMs,
    payload: (_, { results }) => (formerSizeResult(results)?.running ? { kind: 'endpoint-verified', users: [] } : null),
  },
]

/** Grown volumes stay so, also when the operation fails; all else is undone. */
export const resize = defineOperation({
  kind: 'resize',
  lane: 'exclusive',
  does: 'Gives the instance another flavor, a larger volume, or both. Restarts the engine only where a setting takes that.',
  done: 'resized',
  accepts: ['ACTIVE', 'STOPPED', 'FAILED'],
  meanwhile: 'RESIZING',
  wish,
  completes: ({ spec }, asked) => sizeOf(respecs(spec, asked)),
  refuses: ({ spec }, asked) => {
    const wanted = respecs(spec, asked)
    if (wanted.volumeGiB < spec.volumeGiB) return smallerVolume(wanted.volumeGiB, spec.volumeGiB)
    return wanted.volumeGiB === spec.volumeGiB && !isOtherSize(wanted, spec) ? sameSize(spec) : null
  },
  respecs,
  holds: true,
  renews: true,
  requested: 'InstanceResizeRequested',
  succeeded: 'InstanceResized',
  /** `status`: where it was before, and is again. `volumeGiB`: what the volume really has. */
  applied: { ...size, status: z.enum(restingStatuses) },
  applies: ({ spec, before: status }, asked, results) => {
    const wanted = sizeOf(respecs(spec, asked))
    return { ...wanted, volumeGiB: volumeResult(results)?.volumeGiB ?? wanted.volumeGiB, status }
  },
  changes: ({ flavor, vcpus, memoryMiB, volumeGiB }) => ({ spec: { flavor, vcpus, memoryMiB, volumeGiB } }),
  becomes: 'as before',
  shows: null,
  failed: 'InstanceResizeFailed',
  /** `certain`: it has the flavor that it had, and this volume, or that it had where this is null. Else its host has not said what it has. */
  left: { certain: z.boolean(), volumeGiB: z.int().positive().nullable(), status: z.enum(restingStatuses) },
  leaves: ({ spec, before: status }, { compensated, results }, asked) => ({
    certain: compensated,
    volumeGiB: volumeLeft(results)?.volumeGiB ?? null,
    // A volume that may have grown leaves the engine as it was.
    status: compensated || !isOtherSize(respecs(spec, asked), spec) ? status : 'FAILED',
  }),
  changesFailing: ({ certain, volumeGiB }) => (certain ? (volumeGiB === null ? {} : { spec: { volumeGiB } }) : null),
  keepsData: true,
  steps,
  compensation,
  undoneTo: null,
  notCancellable: null,
  remains: 'it may have another size than before',
})

const smallerVolume = (volumeGiB: number, presentGiB: number): Rejection => ({
  code: 'INVALID_INPUT',
  message: `the volume has ${presentGiB} GiB and cannot shrink: ask for ${presentGiB} GiB or more, not for ${volumeGiB}`,
  field: 'volumeGiB',
  details: { volumeGiB: presentGiB },
})

const sameSize = ({ flavor, volumeGiB }: InstanceSpec): Rejection => ({
  code: 'INVALID_INPUT',
  message: `the instance has that size: flavor ${flavor} and a volume of ${volumeGiB} GiB`,
  details: { flavor, volumeGiB },
})
