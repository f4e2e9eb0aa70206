import type { EngineDescriptor } from './descriptor.ts'
import { mariadb } from './mariadb.ts'
import { postgresql } from './postgresql.ts'
import { redis } from './redis.ts'

/** Every engine, by the word that stands for it in the log, the API and the command line. A word may not change: it is stored. */
export const engines = { postgresql, mariadb, redis } as const satisfies Readonly<Record<string, EngineDescriptor>>

type Word = keyof typeof engines

const isWord = (word: string): word is Word => Object.hasOwn(engines, word)

/** In the order in which they are offered. */
export const datastoreTypes: readonly Word[] = Object.keys(engines).filter(isWord)

export const engineOf = (datastore: Word): EngineDescriptor => engines[datastore]

export const hasNamedDatabases = (datastore: Word): boolean => engineOf(datastore).databases.kind === 'named'

/** Null for a word that stands for no engine. */
export const findEngine = (word: string): EngineDescriptor | null => (isWord(word) ? engines[word] : null)

/** The words in a sentence of a description: "`postgresql`, `mariadb` or `redis`". */
export const datastoreChoice = new Intl.ListFormat('en-GB', { type: 'disjunction' }).format(
  datastoreTypes.map((type) => `\`${type}\``),
)

/** Volumes are prepared before anybody knows for which engine: each fits the one that needs most. */
export const mostRoom = {
  recoveryMiB: Math.max(...Object.values(engines).map(({ room }) => room.recoveryMiB)),
  writesMiB: Math.max(...Object.values(engines).map(({ room }) => room.writesMiB)),
}
