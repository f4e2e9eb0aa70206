import type { ProjectId } from '../../domain/ids.ts'
import type { Actor } from '../../domain/metadata.ts'
import type { Rejection } from '../../domain/rejection.ts'
import type { CommandRole, Job, Reach } from '../public/definition.ts'

const forbidden = (message: string, field?: string): Rejection => ({
  code: 'FORBIDDEN',
  message,
  ...(field !== undefined && { field }),
})

export const isAdmin = (actor: Actor): boolean =>
  actor.kind === 'system' || (actor.kind === 'user' && actor.roles.includes('admin'))

export const reachOf = (actor: Actor): Reach => ({
  projectId: actor.kind === 'user' && !isAdmin(actor) ? actor.projectId : null,
})

/** True when something of this project may be seen and touched. */
export const reaches = (reach: Reach, projectId: ProjectId): boolean =>
  reach.projectId === null || reach.projectId === projectId

/** The project that a command is for: the one it names, else the actor's own. A part of Coffer has none of its own and names it. */
export const ownerOf = ({ actor }: Pick<Job, 'actor'>, named: ProjectId | undefined): ProjectId => {
  if (named !== undefined) return named
  if (actor.kind !== 'user') throw new Error(`a command of ${actor.kind} names no project`)
  return actor.projectId
}

/** What is refused by role alone, before the input is looked at. */
export const refusalOfRole = (
  { name, role }: { readonly name: string; readonly role: CommandRole },
  actor: Actor,
): Rejection | null => {
  if (actor.kind === 'agent') return forbidden('an agent reports results; it may not send commands')
  if (isAdmin(actor)) return null
  if (role === 'admin') return forbidden(`${name} needs the role admin`)
  if (actor.kind === 'user' && actor.roles.includes(role)) return null
  const own = actor.kind === 'user' ? actor.roles.join(', ') : ''
  return forbidden(`${name} needs the role ${role} or admin; yours: ${own || 'none'}`)
}

/** What is refused by the project that an input names. */
export const refusalOfProject = (input: Readonly<Record<string, unknown>>, actor: Actor): Rejection | null => {
  if (isAdmin(actor) || actor.kind !== 'user') return null
  const { projectId } = input
  if (projectId === undefined || projectId === actor.projectId) return null
  return forbidden('only an admin may name another project than its own', 'projectId')
}
