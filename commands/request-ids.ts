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
 * one, and a hash for each was a seventh of what a command of one append cost beside its write. A class, so that no getter is made for a request.
 */
export class RequestIds {
  readonly commandId: CommandId

  constructor(commandId: CommandId) {
    this.commandId = commandId
  }
  get instanceId() {
    return parseInstanceId(siblingId(this.commandId, 'instance'))
  }
  get nodeId() {
    return firstNodeOf(this.instanceId)
  }
  get operationId() {
    return parseOperationId(siblingId(this.commandId, 'operation'))
  }
  get backupId() {
    return parseBackupId(siblingId(this.commandId, 'backup'))
  }
  get scheduleId() {
    return parseScheduleId(siblingId(this.commandId, 'schedule'))
  }
  get configurationId() {
    return parseConfigurationId(siblingId(this.commandId, 'configuration'))
  }
  get tokenId() {
    return parseTokenId(siblingId(this.commandId, 'token'))
  }
  get joinTokenId() {
    return parseJoinTokenId(siblingId(this.commandId, 'join-token'))
  }
}
export const requestIds = (commandId: CommandId): RequestIds => new RequestIds(commandId)

/** The node that an instance begins with. */
export const firstNodeOf = (instanceId: InstanceId): NodeId => parseNodeId(siblingId(instanceId, 'node'))

/** The node that takes the place of this one: whoever replaces it means the same. */
export const replacementOf = (nodeId: NodeId): NodeId => parseNodeId(siblingId(nodeId, 'replacement'))
