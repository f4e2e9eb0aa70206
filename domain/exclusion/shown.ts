import type { ShownOf } from '../aggregate.ts'
import type { exclusionEvents } from './events.ts'

export const exclusionShown: ShownOf<typeof exclusionEvents> = {
  EventExcluded: ({ stream, revision, eventType, note }) => ({ stream, revision, eventType, note }),
}
