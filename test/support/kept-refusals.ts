import type { Refusals, RefusedCommand } from '../../commands/ports/refusals.ts'
import type { ProjectId } from '../../domain/ids.ts'

/** Refused commands in memory, put there by a test. */
export const createKeptRefusals = () => {
  const documents: RefusedCommand[] = []
  const kept: Refusals = {
    list: async (projectId) =>
      documents
        .filter((document) => projectId === null || document.projectId === projectId)
        .map((document) => ({ key: document.id, sortKey: document.id, document })),
    find: async (id) => documents.find((document) => document.id === id) ?? null,
  }
  const put = (projectId: ProjectId, facts: Partial<RefusedCommand> = {}): RefusedCommand => {
    const document: RefusedCommand = {
      id: `refusals-2030-01-01.${projectId}/${documents.length}`,
      at: '2030-01-01T00:00:00.000Z',
      actor: { kind: 'user', subject: 'somebody', projectId, roles: ['member'] },
      projectId,
      command: 'DeleteInstance',
      target: null,
      code: 'DELETION_PROTECTED',
      message: 'it is protected',
      field: null,
      request: null,
      ...facts,
    }
    documents.push(document)
    return document
  }
  return { kept, put }
}
