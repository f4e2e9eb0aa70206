import type { SchemaParts } from './builder.ts'
import type { ApiContext } from './context.ts'
import type { Mutations } from './mutation.ts'

/** What finds an object by its id, as given: null where there is none that the caller may see. */
export type FindNode = (context: ApiContext, id: string) => Promise<object | null>

/** A noun of the API as one value, which its file in `nouns/` exports and `nouns/registry.ts` lists. */
export type Noun = {
  /** Adds its types, queries, subscriptions and mutations. What no other noun speaks of, it makes itself. */
  readonly add: (parts: SchemaParts, mutations: Mutations) => void
  /** Of each of its types that is a `Node`. */
  readonly nodes?: Readonly<Record<string, FindNode>>
}
