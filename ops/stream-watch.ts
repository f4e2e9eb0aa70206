import {
  isCut,
  maxConditions,
  type StreamCondition,
  type StreamConditions,
  type StreamInspector,
} from '../commands/ports/stream-inspector.ts'
import type { StreamClaims } from '../commands/stream-claims.ts'
import type { StreamName } from '../domain/stream.ts'
import { type BackOffBounds, createBackOff } from '../kernel/back-off.ts'
import type { Kernel } from '../kernel/kernel.ts'

export type StreamWatchDeps = Pick<Kernel, 'log' | 'timers' | 'random'> & {
  readonly inspector: StreamInspector
  readonly claims: Pick<StreamClaims, 'streams' | 'holdersOf'>
}

/** Looks once an hour at what others have set on our streams, or cut off them, and says it in the log once. */
export type StreamWatch = {
  /** Looks for the first time at once. Nobody waits for it. */
  readonly start: () => void
  readonly stop: () => Promise<void>
  /** As it was last seen; null before the first look. */
  readonly latest: () => StreamConditions | null
  /** Looks now. Throws what the inspector throws. */
  readonly look: (signal: AbortSignal) => Promise<StreamConditions>
}

const everyMs = 3_600_000
const backOff: BackOffBounds = { firstMs: 1000, maxMs: 300_000 }
/** More than these are counted. */
const maxLogged = 20
const maxNamed = 5

export const createStreamWatch = ({ inspector, claims, log, timers, random }: StreamWatchDeps): StreamWatch => {
  const stopping = new AbortController()
  let latest: StreamConditions | null = null
  let running: Promise<void> = Promise.resolve()
  let told: ReadonlyMap<StreamName, string> = new Map()

  /** What was told before is not told again, until it changes. */
  const tell = (streams: readonly StreamCondition[]): void => {
    const now = new Map(streams.map((condition) => [condition.stream, inWords(condition)]))
    const news = streams.filter(({ stream }) => told.get(stream) !== now.get(stream))
    for (const condition of news.slice(0, maxLogged)) {
      const { stream, settings, first } = condition
      const what = isCut(condition) ? 'a stream lacks its first events' : 'an operator has set something on a stream'
      log.warn({ stream, settings, firstRevision: first }, what)
    }
    if (news.length > maxLogged) log.warn({ streams: news.length - maxLogged }, 'and as many more streams')
    told = now
  }

  /** What others rest on and has no events is not known by itself where the store forgot it. */
  const findLost = async ({ streams, complete }: StreamConditions, signal: AbortSignal): Promise<StreamConditions> => {
    const known = new Set(streams.map(({ stream }) => stream))
    const empty = await inspector.findEmpty(claims.streams(), signal)
    const lost = empty
      .filter((stream) => !known.has(stream))
      .map((stream) => ({ stream, settings: [], first: null, claimedBy: claims.holdersOf(stream) }))
    const room = maxConditions - streams.length
    return { streams: [...streams, ...lost.slice(0, room)], complete: complete && lost.length <= room }
  }

  const look = async (signal: AbortSignal): Promise<StreamConditions> => {
    const found = await findLost(await inspector.inspect(signal), signal)
    tell(found.streams)
    latest = found
    return found
  }

  const watch = async (): Promise<void> => {
    const { signal } = stopping
    const patience = createBackOff({ random, timers }, backOff)
    while (!signal.aborted) {
      try {
        await look(signal)
        patience.reset()
        await timers.sleep(everyMs, { signal, ref: false })
      } catch (error) {
        if (signal.aborted) return
        log.warn({ err: error }, 'the streams cannot be looked at; trying again')
        await patience.wait(signal)
      }
    }
  }

  return {
    start: () => {
      running = watch()
    },
    stop: async () => {
      stopping.abort()
      await running
    },
    latest: () => latest,
    look,
  }
}

export const hasSettings = ({ settings }: StreamCondition): boolean => settings.length > 0

/** For readiness: what others did to our streams. Null where they did nothing. */
export const warningOf = ({ streams, complete }: StreamConditions): string | null => {
  const all = complete ? '' : 'at least '
  const cut = streams.filter(isCut)
  const set = streams.filter(hasSettings)
  const warnings = [
    cut.length > 0 ? `${all}${cut.length} lack their first events, so commands on them are refused: ${named(cut)}` : [],
    set.length > 0 ? `${all}${set.length} have settings of an operator: ${named(set)}` : [],
  ].flat()
  return warnings.length > 0 ? warnings.join('; ') : null
}

const named = (streams: readonly StreamCondition[]): string => {
  const more = streams.length > maxNamed ? ` and ${streams.length - maxNamed} more` : ''
  return `${streams.slice(0, maxNamed).map(inWords).join(', ')}${more}`
}

const inWords = ({ stream, settings, first, claimedBy = [] }: StreamCondition): string => {
  const restsOnIt = claimedBy.length > 0 ? `, though ${restingOn(claimedBy)} on it` : ''
  const gap = first === 0 ? [] : [first === null ? `nothing is left${restsOnIt}` : `begins at revision ${first}`]
  return `${stream} (${[...settings, ...gap].join(', ')})`
}

/** One is named: a project may rest on thousands. */
const restingOn = ([first, ...others]: readonly StreamName[]): string =>
  others.length === 0 ? `${first} rests` : `${first} and ${others.length} more rest`
