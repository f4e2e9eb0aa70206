import { type CommandId, parseInstanceId, parseOperationId, parseTokenId } from '../domain/ids.ts'
import { siblingId } from '../kernel/ids.ts'

/**
 * The ids of what a command makes. Only the command's own id is stored: the others follow from it, so that a repeat has the same ones and a new kind
 * of id changes no stored event. They sort by time as the command's id does.
 */
export const requestIds = (commandId: CommandId) => ({
  commandId,
  instanceId: parseInstanceId(siblingId(commandId, 'instance')),
  operationId: parseOperationId(siblingId(commandId, 'operation')),
  tokenId: parseTokenId(siblingId(commandId, 'token')),
})
export type RequestIds = ReturnType<typeof requestIds>
