import type { ShownOf } from '../aggregate.ts'
import type { deadLetterEvents } from './events.ts'
import { formatPlace } from './place.ts'

export const deadLetterShown: ShownOf<typeof deadLetterEvents> = {
  DeadLetterReplayed: ({ place, parkedAt }) => ({ deadLetterId: formatPlace(place), parkedAt }),
  DeadLetterDropped: ({ place, parkedAt }) => ({ deadLetterId: formatPlace(place), parkedAt }),
}
