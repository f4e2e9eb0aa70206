import { createHash, timingSafeEqual } from 'node:crypto'
import type { ProjectId } from '../../domain/ids.ts'
import type { TokenVerifier } from './authentication.ts'

const digest = (text: string): Buffer => createHash('sha256').update(text).digest()

/** The token that is made at the first start and kept in a file: an admin, belonging to the given project. */
export const createAdminTokenVerifier = (adminToken: string, projectId: ProjectId): TokenVerifier => {
  const expected = digest(adminToken)
  return async (token) =>
    timingSafeEqual(digest(token), expected) ? { subject: 'admin', projectId, roles: ['admin'] } : null
}
