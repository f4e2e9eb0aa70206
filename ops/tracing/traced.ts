import type { Dispatch } from '../../commands/api.ts'
import type { EventStore } from '../../commands/ports/event-store.ts'
import { inSpan, noTracer, type Tracer } from '../../kernel/tracer.ts'

/** The same dispatch, each command in a span: it begins a trace where the request brought none. */
export const traceDispatch = (tracer: Tracer, dispatch: Dispatch): Dispatch => {
  if (tracer === noTracer) return dispatch
  return (request) => {
    const { command, traceparent: parent } = request
    return inSpan(tracer, `dispatch ${command.type}`, { parent, mayBegin: true }, async (span) => {
      const answer = await dispatch({ ...request, traceparent: span.traceparent })
      span.note(
        answer.accepted
          ? {
              'coffer.outcome': answer.replayed ? 'REPLAYED' : 'ACCEPTED',
              'coffer.instance.id': 'instanceId' in answer ? answer.instanceId : null,
              'coffer.operation.id': 'operationId' in answer ? answer.operationId : null,
            }
          : { 'coffer.outcome': answer.rejection.code },
      )
      return answer
    })
  }
}

/** The same store, each append in a span below that of the command or step whose events it appends. */
export const traceAppends = (tracer: Tracer, store: EventStore): EventStore => {
  if (tracer === noTracer) return store
  return {
    ...store,
    append: (stream, events, expected) => {
      const parent = events[0]?.metadata.traceparent
      const attributes = { 'coffer.stream': stream, 'coffer.event.types': events.map(({ type }) => type) }
      return inSpan(tracer, 'append', { parent, attributes }, async (span) => {
        const appended = await store.append(stream, events, expected)
        span.note({ 'coffer.position': appended.position })
        return appended
      })
    },
  }
}
