import type { Job, Reach, RequestFacts } from '../public/definition.ts'
import type { RequestIds } from '../request-ids.ts'

/** `command`: the name of the public command. */
export const createJob = (
  command: string,
  request: RequestFacts,
  reach: Reach,
  ids: RequestIds,
  repeat: boolean,
): Job => ({
  request,
  actor: request.actor,
  ids,
  repeat,
  reach,
  context: {
    actor: request.actor,
    commandId: ids.commandId,
    correlationId: null,
    projectId: null,
    instanceId: null,
    causationId: ids.commandId,
    ...(request.traceparent === undefined ? {} : { traceparent: request.traceparent }),
    command,
    ...(request.origin && { request: request.origin }),
  },
})
