import type { ProjectId } from '../../domain/ids.ts'
import type { Actor, Role } from '../../domain/metadata.ts'
import type { Rejection } from '../../domain/rejection.ts'
import type { PublicCommand } from '../api.ts'

/** Whom a command may touch: one project's things, or anybody's (`null`). */
export type Reach = { readonly projectId: ProjectId | null }

const adminCommands: ReadonlySet<PublicCommand['type']> = new Set([
  'SetProjectQuota',
  'DefineFlavor',
  'RetireFlavor',
  'SetDefaultDatastoreVersion',
  'WithdrawDatastoreVersion',
  'ReplayDeadLetter',
  'DropDeadLetter',
  'ExcludeEvent',
  'AdoptInstance',
  'RemoveUnlistedInstance',
  'RemoveHost',
])

const forbidden = (message: string): Rejection => ({ code: 'FORBIDDEN', message })

export const isAdmin = (actor: Actor): boolean =>
  actor.kind === 'system' || (actor.kind === 'user' && actor.roles.includes('admin'))

export const reachOf = (actor: Actor): Reach => ({
  projectId: actor.kind === 'user' && !isAdmin(actor) ? actor.projectId : null,
})

/** True when something of this project may be seen and touched. */
export const reaches = (reach: Reach, projectId: ProjectId): boolean =>
  reach.projectId === null || reach.projectId === projectId

const mayIssue = (roles: readonly Role[], role: Role): boolean => role !== 'admin' || roles.includes('admin')

/** What can be refused before anything is loaded: by role, and by the project a command names. */
export const authorise = (command: PublicCommand, actor: Actor): Rejection | null => {
  if (actor.kind === 'system') return null
  if (actor.kind === 'agent') return forbidden('an agent reports results; it may not send commands')
  if (isAdmin(actor)) return null
  if (!actor.roles.includes('member')) {
    return forbidden(`${command.type} needs the role member or admin; yours: ${actor.roles.join(', ') || 'none'}`)
  }
  if (adminCommands.has(command.type)) return forbidden(`${command.type} needs the role admin`)
  if ('projectId' in command && command.projectId !== actor.projectId) {
    return forbidden(`you act for project ${actor.projectId}; ${command.type} for another project needs the role admin`)
  }
  if (command.type === 'IssueToken' && !mayIssue(actor.roles, command.role)) {
    return forbidden('only an admin may issue a token with the role admin; choose member or reader')
  }
  return null
}
