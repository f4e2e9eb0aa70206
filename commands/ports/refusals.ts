import type { ProjectId } from '../../domain/ids.ts'
import type { Actor, RequestOrigin } from '../../domain/metadata.ts'
import type { RejectionCode } from '../../domain/rejection.ts'

/** A command that was refused: who tried what, when, and why not. Nothing of its input but what it was about. */
export type RefusedCommand = {
  /** Where it is noted. In the list of all projects it has another than in that of its own. */
  readonly id: string
  /** ISO 8601. */
  readonly at: string
  readonly actor: Actor
  /** The project of whoever tried. */
  readonly projectId: ProjectId
  /** Such as `CreateInstance`. */
  readonly command: string
  /** The id of what it was to change, as it was given; null where it named none. */
  readonly target: string | null
  readonly code: RejectionCode
  /** Null where it is about a field that holds a secret. */
  readonly message: string | null
  readonly field: string | null
  readonly request: RequestOrigin | null
}

/** `after`: a sort key that was told before; only what is beyond it in the chosen direction. */
export type RefusalRange = {
  readonly after?: string
  readonly direction?: 'ascending' | 'descending'
  readonly first: number
}

/** `key`: the id. */
export type RefusalEntry = { readonly key: string; readonly sortKey: string; readonly document: RefusedCommand }

/** The commands that were refused of late: as many a day, and for as many days, as the settings say. They are not in the log. */
export interface Refusals {
  /** In the order in which they were noted. `projectId`: null for all. Throws `EventStoreUnavailable`. */
  list(projectId: ProjectId | null, range: RefusalRange): Promise<readonly RefusalEntry[]>
  /** By the id that a list told; null for any other text, and for what is kept no more. Throws `EventStoreUnavailable`. */
  find(id: string): Promise<RefusedCommand | null>
}
