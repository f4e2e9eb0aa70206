import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type ProjectCommand, type ProjectEvent, project, projectEvents } from '../../../../domain/project/index.ts'
import { specOf } from '../../../support/spec.ts'
import { at, backupId, projectId } from '../samples.ts'

const { given } = specOf(project, projectEvents)
const gib = 1024 ** 3
const others = { instances: 1, vcpus: 1, memoryMiB: 1, volumeGiB: 1 }

type Hold = Extract<ProjectCommand, { readonly type: 'HoldBackup' }>
const hold = (ordinal: number, change: Partial<Hold> = {}): Hold => ({
  type: 'HoldBackup',
  projectId,
  backupId: backupId(ordinal),
  bytes: gib,
  now: at(0),
  heldUntil: at(60),
  defaultLimits: { ...others, backupGiB: 3 },
  ...change,
})
type Held = Extract<ProjectEvent, { readonly type: 'ProjectBackupHeld' }>['data']
const held = (ordinal: number, change: Partial<Held> = {}): ProjectEvent => ({
  type: 'ProjectBackupHeld',
  data: { projectId, backupId: backupId(ordinal), bytes: gib, heldUntil: at(60), ended: [], ...change },
})
const confirm = (ordinal: number, bytes: number): ProjectCommand => ({
  type: 'ConfirmBackup',
  projectId,
  backupId: backupId(ordinal),
  bytes,
})
const confirmed = (ordinal: number, bytes: number): ProjectEvent => ({
  type: 'ProjectBackupConfirmed',
  data: { projectId, backupId: backupId(ordinal), bytes },
})
const release = (ordinal: number): ProjectCommand => ({
  type: 'ReleaseBackup',
  projectId,
  backupId: backupId(ordinal),
})
const released = (ordinal: number): ProjectEvent => ({
  type: 'ProjectBackupReleased',
  data: { projectId, backupId: backupId(ordinal) },
})
const limits = (backupGiB: number): ProjectEvent => ({
  type: 'ProjectQuotaSet',
  data: { projectId, limits: { ...others, backupGiB } },
})

describe('room for backups', () => {
  it('is held once for each, and becomes what the backup takes', () => {
    given().when(hold(1)).thenEvents(held(1))
    given(held(1)).when(hold(1)).thenNothing()
    given(held(1)).when(confirm(1, 5)).thenEvents(confirmed(1, 5))
    given(held(1), confirmed(1, 5)).when(confirm(1, 5)).thenNothing()
    given(held(1), confirmed(1, 5)).when(hold(1)).thenNothing()
  })

  it('ends at the limit, to the byte', () => {
    const full = [held(1), confirmed(1, gib), held(2), confirmed(2, gib)]
    given(...full)
      .when(hold(3))
      .thenEvents(held(3))
    given(...full, confirmed(1, gib + 1))
      .when(hold(3))
      .thenRejected('QUOTA_EXCEEDED', { details: { resource: 'backupGiB', limit: 3, used: 3, asked: 1 } })
    given(...full, held(3))
      .when(hold(4))
      .thenRejected('QUOTA_EXCEEDED')
  })

  it('is free again when a backup is gone, or when nothing was heard of it', () => {
    given(held(1), released(1)).when(release(1)).thenNothing()
    given(held(1)).when(release(1)).thenEvents(released(1))
    const late = { now: at(61), heldUntil: at(121) }
    given(held(1, { bytes: 3 * gib }))
      .when(hold(2, late))
      .thenEvents(held(2, { heldUntil: at(121), ended: [backupId(1)] }))
    given(held(1, { bytes: 3 * gib }), confirmed(1, 3 * gib))
      .when(hold(2, late))
      .thenRejected('QUOTA_EXCEEDED')
  })

  it('is that of the project where an admin has said so, and else what the configuration says', () => {
    given(limits(0)).when(hold(1)).thenRejected('QUOTA_EXCEEDED')
    given(limits(9))
      .when(hold(1, { bytes: 9 * gib }))
      .thenEvents(held(1, { bytes: 9 * gib }))
    given({ type: 'ProjectQuotaSet', data: { projectId, limits: others } })
      .when(hold(1, { bytes: 4 * gib }))
      .thenRejected('QUOTA_EXCEEDED', { details: { resource: 'backupGiB', limit: 3, used: 0, asked: 4 } })
    given()
      .when(hold(1, { bytes: 99 * gib, defaultLimits: others }))
      .thenEvents(held(1, { bytes: 99 * gib }))
  })

  it('stays as it was set where other limits are set without a word of it', () => {
    const more = { ...others, instances: 2 }
    given(limits(7))
      .when({ type: 'SetProjectQuota', projectId, limits: more })
      .thenEvents({ type: 'ProjectQuotaSet', data: { projectId, limits: { ...more, backupGiB: 7 } } })
    given(limits(7)).when({ type: 'SetProjectQuota', projectId, limits: others }).thenNothing()
  })

  it('never holds more than the limit allowed, and adds up, in any order of what happens', () => {
    const step = fc.record({
      ordinal: fc.integer({ min: 1, max: 6 }),
      kind: fc.constantFrom('hold', 'confirm', 'release'),
      gib: fc.integer({ min: 1, max: 2 }),
      now: fc.integer({ min: 0, max: 200 }),
    })
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
        let state = project.initial
        let now = 0
        for (const { ordinal, kind, gib: size, now: later } of steps) {
          now = Math.max(now, later)
          const command =
            kind === 'hold'
              ? hold(ordinal, { bytes: size * gib, now: at(now), heldUntil: at(now + 60) })
              : kind === 'confirm'
                ? confirm(ordinal, size * gib)
                : release(ordinal)
          const { total: before } = state.backups
          const decision = project.decide(command, state)
          if (decision.outcome === 'rejected') continue
          for (const event of decision.events) state = project.evolve(state, event)
          const { total, reserved, confirmed: sizes } = state.backups
          const sum = [...reserved.map(({ bytes }) => bytes), ...sizes.flatMap((bucket) => Object.values(bucket))]
          expect(total).toBe(sum.reduce((all, bytes) => all + bytes, 0))
          // What exists is held in any case; what is asked for is not granted beyond the limit.
          if (kind === 'hold' && total > before) expect(total).toBeLessThanOrEqual(3 * gib)
        }
      }),
    )
  })
})
