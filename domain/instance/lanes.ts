import type { OperationKind } from './operation-kinds.ts'
import type { AnyShared } from './operations/define-operation.ts'
import { type ExclusiveKind, operationOf, type SharedKind } from './operations.ts'
import type { Ongoing, OperationInProgress, SharedInProgress } from './state.ts'

/** For work that takes an engine which runs and goes on running. */
const whileItRuns = {
  provision: false,
  restart: false,
  stop: false,
  start: false,
  resize: true,
  delete: false,
  'configure-restart': false,
}

/**
 * Whether a shared operation may begin while an exclusive one is in progress. Exclusive ones never wait for shared work: it goes on as long as the
 * engine serves, waits for it while it is restarted, and ends with the instance.
 */
export const mayBeginBeside: { readonly [S in SharedKind]: { readonly [E in ExclusiveKind]: boolean } } = {
  backup: whileItRuns,
  'create-database': whileItRuns,
  'delete-database': whileItRuns,
  'create-users': whileItRuns,
  'delete-users': whileItRuns,
  'change-password': whileItRuns,
  'grant-access': whileItRuns,
  'revoke-access': whileItRuns,
  'enable-root': whileItRuns,
  'disable-root': whileItRuns,
  'refresh-accounts': whileItRuns,
  'create-extension': whileItRuns,
  'drop-extension': whileItRuns,
  // An engine that gets another size is written another configuration.
  configure: { ...whileItRuns, resize: false },
}

/** Shared work that an exclusive operation waits for all the same: they set the same thing. */
const waitsFor: { readonly [E in ExclusiveKind]?: readonly SharedKind[] } = { 'configure-restart': ['configure'] }

type Lanes = { readonly exclusive: OperationInProgress | null; readonly shared: readonly SharedInProgress[] }

/** The operation for whose end this wish has to wait; null where it may begin at once. */
export const inTheWayOf = (kind: OperationKind, wish: object, { exclusive, shared }: Lanes): Ongoing | null => {
  if (!isShared(kind)) {
    const awaited = waitsFor[kind] ?? []
    return exclusive ?? shared.find((one) => awaited.includes(one.kind)) ?? null
  }
  if (exclusive && !mayBeginBeside[kind][exclusive.kind]) return exclusive
  const things = aboutOf(kind, wish)
  return shared.find((one) => aboutOf(one.kind, one.wish).some((thing) => things.includes(thing))) ?? null
}

export const isShared = (kind: OperationKind): kind is SharedKind => operationOf(kind).lane === 'shared'

/** The databases and users that an operation is about. */
export const accountNamesOf = ({ kind, wish }: SharedInProgress): readonly string[] =>
  aboutOf(kind, wish).flatMap((thing) => /^(?:database|user) (.+)$/s.exec(thing)?.[1] ?? [])

// Kind and wish belong together: they come as one.
const aboutOf = (kind: SharedKind, wish: object): readonly string[] =>
  operationOf<SharedKind>(kind).about(wish as Parameters<AnyShared['about']>[0])
