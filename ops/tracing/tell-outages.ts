import type { SpanExporter } from '@opentelemetry/sdk-trace'
import type { Log } from '../../kernel/log.ts'

/** The same exporter, which says in the log when nobody takes the spans any more, and when somebody does again: once each. */
export const tellOutages = (exporter: SpanExporter, url: string, log: Log): SpanExporter => {
  let isAway = false
  return {
    export: (spans, onResult) =>
      exporter.export(spans, (result) => {
        const { error } = result
        const failed = error !== undefined
        if (failed && !isAway)
          log.warn({ reason: error.message, url }, 'traces cannot be sent and are dropped until they can')
        if (!failed && isAway) log.info({ url }, 'traces are sent again')
        isAway = failed
        onResult(result)
      }),
    shutdown: () => exporter.shutdown(),
  }
}
