import type { CliContext } from '../context.ts'
import { briefEventLine } from '../event-line.ts'
import { refused } from '../failure.ts'
import { findInstance } from '../find-instance.ts'
import { type ExplainedEventFragment, WhyDocument } from '../generated/graphql.ts'

/** Tells why an instance is in its state: the events that set it, and what led to them. */
export const explainInstance = async (context: CliContext, nameOrId: string): Promise<void> => {
  const { id } = await findInstance(context, nameOrId)
  const { instance } = await context.api.request(WhyDocument, { id }, context.signal)
  if (!instance) throw refused({ code: 'NOT_FOUND', message: `there is no instance ${nameOrId}` })
  const { name, status, health, healthReason, fault, statusEvent, healthEvent } = instance
  await context.output.one(instance, () => [
    `${name} is ${status}${fault ? `: ${fault.message}` : ''}`,
    ...chainLines(statusEvent),
    '',
    `${name} is ${health}${healthReason ? `: ${healthReason}` : ''}`,
    ...chainLines(healthEvent),
  ])
}

const chainLines = (event: ExplainedEventFragment | null): readonly string[] => {
  if (event === null) return ['  the log does not have the event that set it']
  return [`  ${briefEventLine(event)}`, ...event.causes.map((cause) => `  from  ${briefEventLine(cause)}`)]
}
