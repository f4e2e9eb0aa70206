import { acceptTraceparent } from '../../domain/values/traceparent.ts'
import type { IncomingMessage } from '../ports/message-bus.ts'

/** The W3C header of the same name. */
export const traceHeader = 'traceparent'

export const traceHeaders = (traceparent: string | undefined): Readonly<Record<string, string>> =>
  traceparent === undefined ? {} : { [traceHeader]: traceparent }

/** What led to a message: who sent it, and of what came without that header, what is recorded in it. */
export const traceOf = ({ headers }: IncomingMessage, recorded: string | undefined): string | undefined =>
  acceptTraceparent(headers[traceHeader]) ?? acceptTraceparent(recorded)
