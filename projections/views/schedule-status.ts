export const scheduleStatuses = ['ENABLED', 'PAUSED'] as const

export type ScheduleStatus = (typeof scheduleStatuses)[number]
