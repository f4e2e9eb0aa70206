import { encodeEvent } from '../../commands/event-codec.ts'
import type { NewEvent } from '../../commands/ports/event-store.ts'
import { flavorStream } from '../../domain/flavor/index.ts'
import { parseCommandId, parseFlavorId } from '../../domain/ids.ts'
import type { StreamName } from '../../domain/stream.ts'

/** For a relay that publishes flavors, of which nothing else has to be there. */
export const reactingToFlavors = { types: new Set(['FlavorDefined']) }

/** The first event of a flavor, which nothing follows from, and its stream. `id`: of the event, a UUID. */
export const flavorDefined = (
  id: string,
  name: string,
  description = '',
): { readonly stream: StreamName; readonly event: NewEvent } => {
  const flavorId = parseFlavorId(name)
  const event = encodeEvent(
    { type: 'FlavorDefined', data: { flavorId, vcpus: 1, memoryMiB: 512, description } },
    {
      at: '2026-01-01T00:00:00.000Z',
      actor: { kind: 'system', name: 'test' },
      commandId: parseCommandId(id),
      correlationId: null,
      projectId: null,
      instanceId: null,
      causationId: id,
    },
    id,
  )
  return { stream: flavorStream(flavorId), event }
}
