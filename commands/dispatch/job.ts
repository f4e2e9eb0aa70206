import type { Job, Reach, RequestFacts } from '../public/definition.ts'
import type { RequestIds } from '../request-ids.ts'

export const createJob = (request: RequestFacts, reach: Reach, ids: RequestIds, repeat: boolean): Job => ({
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
  },
})
