import { z } from 'zod'
import { parserOf } from '../fitted.ts'

export const scheduleIdSchema = z.uuid().brand<'ScheduleId'>()
export type ScheduleId = z.infer<typeof scheduleIdSchema>
export const parseScheduleId = parserOf(scheduleIdSchema)
