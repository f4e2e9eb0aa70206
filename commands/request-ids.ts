import {
  type CommandId,
  type InstanceId,
  type NodeId,
  parseBackupId,
  parseConfigurationId,
  parseInstanceId,
  parseJoinTokenId,
  parseNodeId,
  parseOperationId,
  parseScheduleId,
  parseTokenId,
} from '../domain/ids.ts'
import { siblingId } from '../kernel/ids.ts'

/**
 * The ids of what a command makes. Only the command's own id is stored: the others follow from it, so that a repeat has the same ones and a new kind
 * of id changes no stored event. They sort by time as the command's id does. Derived when they are asked for: most commands make nothing that needs
 * one, and a hash for each was a seventh of what a command of one append cost beside its write.
 */
export const requestIds = (commandId: CommandId) => ({
  commandId,
  get instanceId() {
    return parseInstanceId(siblingId(commandId, 'instance'))
  },
  get nodeId() {
    return firstNodeOf(this.instanceId)
  },
  get operationId() {
    return parseOperationId(siblingId(commandId, 'operation'))
  },
  get backupId() {
    return parseBackupId(siblingId(commandId, 'backup'))
  },
  get scheduleId() {
    return parseScheduleId(siblingId(commandId, 'schedule'))
  },
  get configurationId() {
    return parseConfigurationId(siblingId(commandId, 'configuration'))
  },
  get tokenId() {
    return parseTokenId(siblingId(commandId, 'token'))
  },
  get joinTokenId() {
    return parseJoinTokenId(siblingId(commandId, 'join-token'))
  },
})
export type RequestIds = ReturnType<typeof requestIds>

/** The node that an instance begins with. */
export const firstNodeOf = (instanceId: InstanceId): NodeId => parseNodeId(siblingId(instanceId, 'node'))

/** The node that takes the place of this one: whoever replaces it means the same. */
export const replacementOf = (nodeId: NodeId): NodeId => parseNodeId(siblingId(nodeId, 'replacement'))
