/** What a schedule can do to its instance. `actions.ts` says what each is. */
export const actionNames = ['restart', 'stop', 'start', 'backup'] as const
export type ScheduledAction = (typeof actionNames)[number]
