import type { Shown } from '../domain/aggregate.ts'
import { aggregates } from '../domain/aggregates.ts'
import type { CofferEvent } from '../domain/catalogue.ts'

const shownOf: Readonly<Record<string, (data: never) => Shown>> = Object.assign(
  {},
  ...Object.values(aggregates).map(({ shown }) => shown),
)

/** What the audit log shows of an event's data, as its aggregate says. */
export const shownData = ({ type, data }: CofferEvent): Shown =>
  // Looked up by the event's own type, so that function and data belong together, which the compiler cannot follow.
  (shownOf[type] as (data: CofferEvent['data']) => Shown)(data)
