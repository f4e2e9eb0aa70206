import { parseCommandId } from '../domain/ids.ts'
import type { CommandContext } from './handle.ts'

/** Of what a part of Coffer does of its own accord. `id`: UUIDv7, of the command, which nothing else has caused. */
export const systemContext = (name: string, id: string, traceparent?: string): CommandContext => ({
  actor: { kind: 'system', name },
  commandId: parseCommandId(id),
  correlationId: null,
  projectId: null,
  instanceId: null,
  causationId: id,
  ...(traceparent !== undefined && { traceparent }),
})
