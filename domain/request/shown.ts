import type { ShownOf } from '../aggregate.ts'
import type { requestEvents } from './events.ts'

export const requestShown: ShownOf<typeof requestEvents> = {
  RequestReceived: ({ requestId }) => ({ requestId }),
}
