import { z } from 'zod'
import { commandIdSchema, type ProjectId, parseCommandId, parseEventId } from '../domain/ids.ts'
import { metadataSchema } from '../domain/metadata.ts'
import { type Rejection, rejectionCodeSchema } from '../domain/rejection.ts'
import { type StreamName, streamNameSchema } from '../domain/stream.ts'
import { isoNow } from '../kernel/clock.ts'
import type { Kernel } from '../kernel/kernel.ts'
import type { AnswerTo, Dispatch, DispatchRequest, PublicCommand } from './api.ts'
import { type EventStore, type NewEvent, RevisionConflict, type StoredEvent } from './ports/event-store.ts'
import type { RefusalEntry, RefusalRange, Refusals, RefusedCommand } from './ports/refusals.ts'

export type RefusalSettings = {
  readonly keptDays: number
  /** Of one project on one day: the first so many, so that one who tries for ever hides nobody else. */
  readonly perProjectAndDay: number
  readonly perDay: number
}

export const defaultRefusalSettings = { perProjectAndDay: 1000, perDay: 10_000 } as const

type RefusalDeps = Pick<Kernel, 'clock' | 'ids' | 'log'> & {
  readonly eventStore: Pick<EventStore, 'append' | 'readStream' | 'deleteStream'>
  readonly settings: RefusalSettings
}

export type RefusalLog = Refusals & {
  /** The same dispatch, whose refusals are noted. The answer does not wait for that. */
  readonly noting: (dispatch: Dispatch) => Dispatch
  /** Resolves once all that was refused so far is noted. */
  readonly settled: () => Promise<void>
}

/**
 * Streams beside the log that no follower takes: `refusals-<day>` has those of all projects, `refusals-<day>.<project>` of one. Whole days are deleted
 * when their time is over, which the streams of the log never are.
 */
const category = 'refusals'
const streamOf = (day: string, projectId: ProjectId | null): StreamName =>
  streamNameSchema.parse(projectId === null ? `${category}-${day}` : `${category}-${day}.${projectId}`)

/** The stream, its day and the revision of the event there. */
const placePattern = /^(refusals-(\d{4}-\d\d-\d\d)(?:\.[A-Za-z0-9._-]{1,63})?)\/(\d{1,6})$/

const eventType = 'CommandRefused'
const version = 1
const dataSchema = z.object({
  command: z.string(),
  target: z.string().nullable(),
  code: rejectionCodeSchema,
  message: z.string().nullable(),
  field: z.string().nullable(),
})

const dayMs = 86_400_000
/** A server that was off for longer finds what is older when it lists a day, and shows nothing of it. */
const lateDays = 60
/** What waits to be noted while the store is slow. More is dropped, and counted in the log of the program. */
const maxWaiting = 1000
const maxConflicts = 3

export const createRefusalLog = ({ eventStore, settings, clock, ids, log }: RefusalDeps): RefusalLog => {
  const lengths = new Map<StreamName, number>()
  let waiting = 0
  let noting: Promise<void> = Promise.resolve()

  const readLength = async (stream: StreamName): Promise<number> => {
    for await (const page of eventStore.readStream(stream, { direction: 'backwards', maxCount: 1 })) {
      const last = page[0]
      if (last) return last.revision + 1
    }
    return 0
  }

  /** As this server knows it. */
  const lengthOf = async (stream: StreamName): Promise<number> => {
    const length = lengths.get(stream) ?? (await readLength(stream))
    lengths.set(stream, length)
    return length
  }

  /** False if the stream is full. Other servers write there too. */
  const append = async (stream: StreamName, event: NewEvent, most: number): Promise<boolean> => {
    for (let conflicts = 0; ; conflicts += 1) {
      const length = await lengthOf(stream)
      if (length >= most) return false
      try {
        await eventStore.append(stream, [event], length === 0 ? 'no-stream' : length - 1)
        lengths.set(stream, length + 1)
        return true
      } catch (error) {
        lengths.delete(stream)
        if (!(error instanceof RevisionConflict) || conflicts === maxConflicts) throw error
      }
    }
  }

  const note = async (event: NewEvent, day: string, projectId: ProjectId): Promise<void> => {
    const [all, own] = [streamOf(day, null), streamOf(day, projectId)]
    if (!lengths.has(all)) await expire()
    // What is not in the stream of all would not be found when its day is deleted.
    const isFull = (await lengthOf(own)) >= settings.perProjectAndDay
    if (isFull || !(await append(all, event, settings.perDay))) return
    await append(own, { ...event, ...renewed(event, ids.next()) }, settings.perProjectAndDay)
  }

  const expire = async (): Promise<void> => {
    lengths.clear()
    const now = clock.now()
    for (let days = settings.keptDays + 1; days <= settings.keptDays + lateDays; days += 1) {
      const day = dayOf(now - days * dayMs)
      const projects = new Set<ProjectId>()
      for await (const page of eventStore.readStream(streamOf(day, null))) {
        for (const event of page) {
          const refused = tryRead(event)
          if (refused) projects.add(refused.projectId)
        }
      }
      if (projects.size === 0) continue
      for (const projectId of projects) await eventStore.deleteStream(streamOf(day, projectId))
      await eventStore.deleteStream(streamOf(day, null))
    }
  }

  const enqueue = ({ command, actor, origin }: DispatchRequest, rejection: Rejection): void => {
    if (actor.kind !== 'user') return
    if (waiting >= maxWaiting) {
      log.warn({ command: command.type }, 'a refused command was not noted: too many wait')
      return
    }
    const { projectId } = actor
    const at = isoNow(clock)
    const commandId = parseCommandId(ids.next())
    const eventId = parseEventId(ids.next())
    const event: NewEvent = {
      id: eventId,
      type: eventType,
      version,
      data: { command: command.type, target: targetOf(command), ...told(rejection) },
      metadata: {
        eventId,
        at,
        actor,
        commandId,
        correlationId: null,
        projectId,
        instanceId: null,
        causationId: commandId,
        command: command.type,
        ...(origin && { request: origin }),
      },
    }
    waiting += 1
    noting = noting
      .then(() => note(event, at.slice(0, dayChars), projectId))
      .catch((error) => log.warn({ err: error, command: command.type }, 'a refused command could not be noted'))
      .finally(() => {
        waiting -= 1
      })
  }

  /** The newest first. */
  const keptDays = (): string[] => {
    const now = clock.now()
    return Array.from({ length: settings.keptDays + 1 }, (_, ago) => dayOf(now - ago * dayMs))
  }

  const listDay = async (
    stream: StreamName,
    day: string,
    { direction = 'ascending', first }: RefusalRange,
    from: number | undefined,
  ): Promise<readonly RefusalEntry[]> => {
    const entries: RefusalEntry[] = []
    const way = direction === 'ascending' ? 'forwards' : 'backwards'
    const range = from === undefined ? {} : { from }
    for await (const page of eventStore.readStream(stream, { direction: way, maxCount: first, ...range })) {
      for (const event of page) {
        const document = tryRead(event)
        const sortKey = `${day}/${String(event.revision).padStart(revisionChars, '0')}`
        if (document) entries.push({ key: document.id, sortKey, document })
      }
    }
    return entries
  }

  return {
    noting:
      (dispatch) =>
      async <Command extends PublicCommand>(request: DispatchRequest<Command>): Promise<AnswerTo<Command>> => {
        const answer = await dispatch(request)
        if (!answer.accepted) enqueue(request, answer.rejection)
        return answer
      },
    settled: () => noting,
    find: async (id) => {
      const [, stream = '', day = '', revision = ''] = placePattern.exec(id) ?? []
      if (!keptDays().includes(day)) return null
      const range = { from: Number(revision), maxCount: 1 }
      for await (const page of eventStore.readStream(streamNameSchema.parse(stream), range)) {
        for (const event of page) return tryRead(event)
      }
      return null
    },
    list: async (projectId, range) => {
      const days = keptDays()
      const ascending = range.direction !== 'descending'
      const [begin, revision] = range.after?.split('/') ?? []
      const entries: RefusalEntry[] = []
      for (const day of ascending ? days.reverse() : days) {
        const isBefore = begin !== undefined && (ascending ? day < begin : day > begin)
        const from = day === begin ? Number(revision) + (ascending ? 1 : -1) : undefined
        if (isBefore || (from !== undefined && from < 0)) continue
        const left = { ...range, first: range.first - entries.length }
        entries.push(...(await listDay(streamOf(day, projectId), day, left, from)))
        if (entries.length >= range.first) break
      }
      return entries
    },
  }
}

const revisionChars = 6
const dayChars = 10
const dayOf = (ms: number): string => new Date(ms).toISOString().slice(0, dayChars)

/** The same event in another stream: no two of a store have one id. */
const renewed = ({ metadata }: NewEvent, id: string): Pick<NewEvent, 'id' | 'metadata'> => {
  const eventId = parseEventId(id)
  return { id: eventId, metadata: { ...metadata, eventId } }
}

const secretField = /password|secret|token|key/i

const told = ({ code, message, field, alsoWrong = [] }: Rejection) => {
  const isSecret = [field, ...alsoWrong.map((fault) => fault.field)].some((name) => secretField.test(name ?? ''))
  return { code, message: isSecret ? null : message, field: field ?? null }
}

/** Only what has the form of an id: anything else that was given may be anything. */
const targetOf = (command: PublicCommand): string | null => {
  for (const name of ['id', 'instanceId'] as const) {
    const given = commandIdSchema.safeParse(Reflect.get(command, name))
    if (given.success) return given.data
  }
  return null
}

const tryRead = ({ stream, revision, type, data, metadata }: StoredEvent): RefusedCommand | null => {
  const [checked, meta] = [dataSchema.safeParse(data), metadataSchema.safeParse(metadata)]
  if (type !== eventType || !checked.success || !meta.success || meta.data.projectId === null) return null
  const { at, actor, projectId, request = null } = meta.data
  return { ...checked.data, id: `${stream}/${revision}`, at, actor, projectId, request }
}
