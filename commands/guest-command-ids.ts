import { type CommandId, type OperationId, parseCommandId } from '../domain/ids.ts'
import { guestCommandNames, type OperationKind } from '../domain/operation/index.ts'
import { deriveId } from '../kernel/ids.ts'

/** Of a guest command: a function of the operation and of what tells the command from others of it, so that a re-issued one is the same. */
export const guestCommandId = (operationId: OperationId, ...which: readonly string[]): CommandId =>
  parseCommandId(deriveId('guest-command', operationId, ...which))

/** One for every attempt at every step, by its name. `round`: what tells those of one host from those of another. */
export const guestCommandIds = (
  operationId: OperationId,
  kind: OperationKind,
  ...round: readonly string[]
): Readonly<Record<string, CommandId>> =>
  Object.fromEntries(guestCommandNames(kind).map((name) => [name, guestCommandId(operationId, ...round, name)]))
