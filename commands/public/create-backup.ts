import { z } from 'zod'
import { unheardMs } from '../../domain/backup/decide.ts'
import { backup, backupStream } from '../../domain/backup/index.ts'
import {
  type BackupId,
  backupIdSchema,
  type InstanceId,
  instanceIdSchema,
  operationIdSchema,
  parseBackupId,
} from '../../domain/ids.ts'
import { instance, instanceStream, type KnownInstance } from '../../domain/instance/index.ts'
import { project, projectStream } from '../../domain/project/index.ts'
import type { Rejection } from '../../domain/rejection.ts'
import { type ScheduleId, scheduleIdSchema } from '../../domain/schedule/id.ts'
import { schedule, scheduleStream } from '../../domain/schedule/index.ts'
import { bytesOfGiB } from '../../domain/values/bytes.ts'
import type { Sealed } from '../../domain/values/instance-spec.ts'
import { invalidInput } from '../../domain/values/invalid-input.ts'
import { backupNameRefusal } from '../../domain/values/names.ts'
import { plusMs } from '../../domain/values/time.ts'
import { isoAfter, isoNow } from '../../kernel/clock.ts'
import { reaches } from '../dispatch/authorise.ts'
import { isAsked, takeKeyToBegin, unsealed } from '../dispatch/begin-sealed.ts'
import { beginWith, noSuchInstance } from '../dispatch/change-instance.ts'
import { createPatientHandler } from '../dispatch/patient-handler.ts'
import { sealDataKey } from '../secrets/seal.ts'
import { shownId } from './answers.ts'
import { accepted, defineCommand, type Job, type OwnDispatchDependencies, refused } from './definition.ts'
import { flagField, instanceIdField, textField, uuidField } from './input.ts'

const noBackups: Rejection = {
  code: 'FEATURE_NOT_AVAILABLE',
  message: 'this server keeps no backups: an administrator names a store for them by COFFER_BACKUP_URL',
}

/** A key for it, sealed to the host, then the operation that makes it, then the backup itself: the sagas see to the last where this is cut off. */
export const createBackup = defineCommand({
  name: 'CreateBackup',
  role: 'member',
  does: 'Copies all data of an instance that runs to the backup store, encrypted by a key of its own. Answers at once; the operation continues in the background, and everything else goes on beside it.',
  asks: 'Which instance.',
  input: z.strictObject({
    instanceId: instanceIdField(),
    name: textField('For people. If left out: the name of the instance and the time.').optional(),
    scheduleId: uuidField(
      scheduleIdSchema,
      'schedule id',
      'A schedule that makes backups of the instance: it decides how long this one stays. If left out: it stays until somebody deletes it.',
    ).optional(),
    thenDelete: flagField(
      'Whether the instance is deleted for good once the backup is available. Where the backup fails, or something else changes the instance just then, it stays.',
    ).optional(),
  }),
  faults: ({ name }) => [name === undefined ? null : backupNameRefusal(name)],
  answer: {
    name: 'CreateBackup',
    says: 'The backup is being made.',
    fields: z.object({
      backupId: shownId(backupIdSchema, 'The backup.'),
      instanceId: shownId(instanceIdSchema, 'The instance.'),
      operationId: shownId(operationIdSchema, 'The operation that makes it.'),
    }),
  },
  carryOut: async (dependencies: OwnDispatchDependencies, job, { instanceId, name: given, ...later }) => {
    const { handler, clock, keys, settings } = dependencies
    const { operationId } = job.ids
    const backupId = job.ids.made('backup', parseBackupId)
    const { state } = await handler.load(instance, instanceStream(instanceId))
    if (state.status === 'ABSENT' || state.status === 'DELETED' || !reaches(job.reach, state.projectId)) {
      return refused({ ...noSuchInstance(instanceId), field: 'instanceId' })
    }
    if (keys === undefined) return refused(noBackups)
    const { scheduleId = null, thenDelete = false } = later
    if (scheduleId !== null && !(await makesBackups(dependencies, scheduleId, instanceId))) {
      return refused(noSuchSchedule(scheduleId))
    }
    const { projectId, name: instanceName, spec, accounts } = state
    const name = given ?? `${instanceName} ${isoNow(clock).slice(0, 19).replaceAll(':', '.').replace('T', ' ')}`
    const wishWith = (sealedKey: Sealed) =>
      ({ kind: 'backup', wish: { backupId, name, sealedKey, scheduleId, thenDelete } }) as const
    let wish = wishWith(unsealed)
    const deadline = isoAfter(clock, settings.operationTimeoutMs.backup)
    const room = createRoom(dependencies, job, state, backupId)
    if (!isAsked(state, job)) {
      const granted = await room.hold(deadline)
      if (granted.outcome === 'rejected') return refused(granted.rejection)
      const taken = await takeKeyToBegin(dependencies, job, state, wish)
      if (!taken.ok) {
        await room.release()
        return refused(taken.rejection)
      }
      wish = wishWith(await sealDataKey(taken.key, backupId, await keys.ensure(backupId)))
    }
    const command = { type: 'RequestOperation', ...wish, operationId, deadline } as const
    const begun = await beginWith(dependencies, job, instanceId, command)
    if (!begun.accepted) {
      await keys.remove(backupId)
      await room.release()
      return begun
    }
    const whose = { backupId, projectId, instanceId, instanceName, name, operationId, deadline }
    const context = { ...job.context, correlationId: operationId, projectId, instanceId }
    const request = { type: 'RequestBackup', ...whose, spec, accounts, scheduleId, thenDelete } as const
    const made = await handler.handle(backup, backupStream(backupId), request, context)
    if (made.outcome === 'rejected') return refused(made.rejection)
    return accepted({ position: made.position, replayed: begun.replayed, backupId, instanceId, operationId })
  },
})

/**
 * What the backup takes of the project's quota: as much as the volume, until it is known how much that is. Others change the project all the time, as where many
 * schedules fall due at once.
 */
const createRoom = (
  dependencies: OwnDispatchDependencies,
  job: Job,
  { projectId, instanceId, spec }: KnownInstance,
  backupId: BackupId,
) => {
  const { clock, settings } = dependencies
  const handler = createPatientHandler(dependencies, job.request.signal)
  const context = { ...job.context, correlationId: job.ids.operationId, projectId, instanceId }
  const stream = projectStream(projectId)
  return {
    hold: (deadline: string) => {
      const wanted = { backupId, bytes: spec.volumeGiB * bytesOfGiB, heldUntil: plusMs(deadline, unheardMs) }
      const { defaultQuota: defaultLimits } = settings
      const command = { type: 'HoldBackup', projectId, ...wanted, now: isoNow(clock), defaultLimits } as const
      return handler.handle(project, stream, command, context)
    },
    release: () => handler.handle(project, stream, { type: 'ReleaseBackup', projectId, backupId }, context),
  }
}

/** One of another instance, and so of another project, is as good as none. */
const makesBackups = async (
  { handler }: OwnDispatchDependencies,
  scheduleId: ScheduleId,
  instanceId: InstanceId,
): Promise<boolean> => {
  const { state } = await handler.load(schedule, scheduleStream(scheduleId))
  return state.status !== 'ABSENT' && state.instanceId === instanceId && state.action === 'backup'
}

const noSuchSchedule = (scheduleId: ScheduleId): Rejection =>
  invalidInput(`${scheduleId} is not a schedule that makes backups of this instance`, 'scheduleId')
