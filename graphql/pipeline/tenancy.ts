import { type ProjectId, projectIdSchema } from '../../domain/ids.ts'
import { quote } from '../../domain/values/text.ts'
import { ApiError, invalidInput } from '../errors.ts'
import { isGiven } from '../input.ts'
import type { Session } from '../session.ts'

export type Owned = { readonly projectId: ProjectId | null }

/**
 * The document if the session may see it, else null: what belongs to another project is answered exactly like what does not exist,
 * after the same one read.
 */
export const visibleTo = <Document extends Owned>(session: Session, document: Document | null): Document | null =>
  document !== null && (session.isAdmin || document.projectId === session.projectId) ? document : null

/** What a list is cut to: one project, or null for all of them. */
export type Scope = { readonly projectId: ProjectId | null }

/**
 * Members and readers get their own project and may name no other; admins get all projects, or the one they name. Naming another
 * project is refused before anything is read, so it makes no difference whether that project exists.
 */
export const scopeOf = (session: Session, named: string | null | undefined, field: string): Scope => {
  if (isGiven(named)) return { projectId: projectOf(session, named, field) }
  return { projectId: session.isAdmin ? null : session.projectId }
}

/** The named project, the session's own when none is named. Throws `FORBIDDEN` or `INVALID_INPUT`. */
export const projectOf = (session: Session, named: string | null | undefined, field: string): ProjectId => {
  if (!isGiven(named) || named === session.projectId) return session.projectId
  if (!session.isAdmin)
    throw new ApiError('FORBIDDEN', 'only an admin may name another project than its own', { field })
  return projectNamed(named, field)
}

/** Throws `INVALID_INPUT` for what cannot name a project. */
export const projectNamed = (named: string, field: string): ProjectId => {
  const parsed = projectIdSchema.safeParse(named)
  if (parsed.success) return parsed.data
  const reason = parsed.error.issues[0]?.message
  throw invalidInput(field, `${quote(named)} cannot name a project: ${reason}`)
}

/** Throws `FORBIDDEN` for everybody but admins. */
export const requireAdmin = (session: Session, what: string): void => {
  if (!session.isAdmin) throw new ApiError('FORBIDDEN', `${what} is for admins only`)
}
