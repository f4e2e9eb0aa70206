import { randomUUID } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { DispatchAnswer, PublicCommand } from '../../commands/api.ts'
import { createDispatch } from '../../commands/dispatch/dispatch.ts'
import { createHandler } from '../../commands/handle.ts'
import type { DeadLetter } from '../../commands/ports/dead-letters.ts'
import type { MessageBus } from '../../commands/ports/message-bus.ts'
import { createRelay, type Relay } from '../../commands/sagas/relay.ts'
import { formatPlace } from '../../domain/dead-letter/index.ts'
import { controlPlaneTopics } from '../../domain/guest/topics.ts'
import type { Actor } from '../../domain/metadata.ts'
import { type ListedLetter, readDeadLetterPage } from '../../graphql/nouns/dead-letter-page.ts'
import { createMemoryViewStore } from '../../projections/adapters/memory/view-store.ts'
import { createAuditLogReader } from '../../projections/audit-log.ts'
import { createProjectionEngine } from '../../projections/engine.ts'
import { createViews } from '../../projections/queries.ts'
import { allViews } from '../../projections/registry.ts'
import { admin, memberOf, projectA, settings } from './control-plane.ts'
import { quietKernel } from './quiet-kernel.ts'
import { createRecordingTracer, type RecordedSpan } from './recording-tracer.ts'
import { waitFor } from './wait-for.ts'
import { openWriteSide } from './write-side.ts'

type Placed = Pick<DeadLetter, 'place'> | undefined
type Resolve = (letter: Placed, idempotencyKey?: string) => Promise<DispatchAnswer>

/** All that stands between an admin and the dead letters of a bus, but for the API: dispatch, log, relay and views. */
export type DeadLetterDesk = {
  readonly replay: Resolve
  readonly drop: Resolve
  readonly replayAsMember: Resolve
  /** As another process on the same log would. */
  readonly replayElsewhere: Resolve
  /** What is listed of a topic: that nobody has decided about, or all. Shows whatever was answered before. */
  readonly open: (topic: string) => Promise<readonly DeadLetter[]>
  readonly all: (topic: string) => Promise<readonly ListedLetter[]>
  readonly startRelay: () => void
  readonly stopRelay: () => Promise<void>
  /** Resolves once the relay has come to the end of the log. */
  readonly relayed: () => Promise<void>
  /** What the relay does. */
  readonly spans: readonly RecordedSpan[]
  readonly close: () => Promise<void>
}

/** Of every request to decide about a letter. */
export const requestTrace = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01'

export const openDeadLetterDesk = async (bus: MessageBus): Promise<DeadLetterDesk> => {
  const directory = mkdtempSync(join(tmpdir(), 'coffer-desk-'))
  const side = openWriteSide(directory)
  const { eventStore } = side
  const viewStore = createMemoryViewStore()
  const views = createViews({ ...quietKernel, viewStore, readAuditLog: createAuditLogReader(eventStore) })
  const engine = createProjectionEngine({ ...side, viewStore, projections: allViews })
  engine.start()
  await bus.ensureTopics(controlPlaneTopics)

  const dispatchOf = (handler: typeof side.handler) =>
    createDispatch({
      ...side,
      handler,
      bus,
      masterKey: new Uint8Array(32).fill(1),
      settings,
      findInstanceOf: async () => null,
    })
  const here = dispatchOf(side.handler)
  const elsewhere = dispatchOf(createHandler(side))
  const resolveWith =
    (dispatch: typeof here, type: 'ReplayDeadLetter' | 'DropDeadLetter', actor: Actor = admin): Resolve =>
    async (letter, idempotencyKey) => {
      if (letter === undefined) throw new Error('there is no such letter')
      const command: PublicCommand = { type, id: formatPlace(letter.place) }
      const signal = AbortSignal.timeout(60_000)
      return dispatch({
        command,
        actor,
        signal,
        traceparent: requestTrace,
        ...(idempotencyKey !== undefined && { idempotencyKey }),
      })
    }

  const list = async (topic: string, includeResolved: boolean): Promise<readonly ListedLetter[]> => {
    await views.waitFor(await eventStore.head(), AbortSignal.timeout(60_000))
    const page = await readDeadLetterPage(
      { deadLetters: bus.deadLetters, views },
      { topic, includeResolved },
      { first: 100 },
    )
    return page.entries.map(({ document }) => document)
  }

  const tracer = createRecordingTracer()
  const newRelay = (): Relay =>
    createRelay({
      ...side,
      bus,
      tracer,
      holder: randomUUID(),
      exclusive: true,
      takeOverAfterMs: 1_000,
      saveEveryMs: 50,
    })
  let relay = newRelay()
  relay.start()

  return {
    replay: resolveWith(here, 'ReplayDeadLetter'),
    drop: resolveWith(here, 'DropDeadLetter'),
    replayAsMember: resolveWith(here, 'ReplayDeadLetter', memberOf(projectA)),
    replayElsewhere: resolveWith(elsewhere, 'ReplayDeadLetter'),
    open: async (topic) => (await list(topic, false)).map(({ letter }) => letter),
    all: (topic) => list(topic, true),
    spans: tracer.spans,
    startRelay: () => {
      relay = newRelay()
      relay.start()
    },
    stopRelay: () => relay.stop(),
    relayed: async () => {
      await waitFor('the relay to be at the end', async () => {
        const { published, head } = await relay.lag()
        return published >= head
      })
    },
    close: async () => {
      await relay.stop()
      await engine.stop()
      await viewStore.close()
      await side.close()
      rmSync(directory, { recursive: true, force: true })
    },
  }
}
