import {
  type CommandId,
  type InstanceId,
  type NodeId,
  parseInstanceId,
  parseNodeId,
  parseOperationId,
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
  /** Of another kind of thing. What one command makes of different kinds goes by different words. */
  made<Id extends string>(word: string, parse: (value: unknown) => Id): Id {
    return parse(siblingId(this.commandId, word))
  }
}
export const requestIds = (commandId: CommandId): RequestIds => new RequestIds(commandId)

/** The node that an instance begins with. */
export const firstNodeOf = (instanceId: InstanceId): NodeId => parseNodeId(siblingId(instanceId, 'node'))

/** The node that takes the place of this one: whoever replaces it means the same. */
export const replacementOf = (nodeId: NodeId): NodeId => parseNodeId(siblingId(nodeId, 'replacement'))
