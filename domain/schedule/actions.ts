import { z } from 'zod'
import type { InstanceId } from '../ids.ts'
import type { OrdinaryCommand } from '../ordinary-command.ts'
import { actionNames, type ScheduledAction } from './action-names.ts'
import type { ScheduleId } from './id.ts'

type Action = {
  /** For people who read the API. */
  readonly does: string
  readonly command: (instanceId: InstanceId, scheduleId: ScheduleId) => OrdinaryCommand
}

/** What a schedule can do to its instance: each is a public command that needs nothing else. */
export const scheduledActions = {
  restart: { does: 'Restarts the engine.', command: (id) => ({ type: 'RestartInstance', id }) },
  stop: { does: 'Stops the engine and keeps the data.', command: (id) => ({ type: 'StopInstance', id }) },
  start: { does: 'Starts a stopped engine.', command: (id) => ({ type: 'StartInstance', id }) },
  backup: {
    does: 'Makes a backup. How many of them stay, and for how long, is said with the schedule.',
    command: (instanceId, scheduleId) => ({ type: 'CreateBackup', instanceId, scheduleId }),
  },
} as const satisfies Readonly<Record<ScheduledAction, Action>>

export const actionSchema = z.enum(actionNames)
