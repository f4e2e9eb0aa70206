import type { HostId, NodeId } from '../ids.ts'

/** What a node does for its instance. `primary`: clients write to it. `replica`: not used yet. */
export const nodeRoles = ['primary', 'replica'] as const
export type NodeRole = (typeof nodeRoles)[number]

/** One placement of an instance on a host. */
export type InstanceNode = {
  readonly nodeId: NodeId
  readonly hostId: HostId
  readonly role: NodeRole
  /** 1 for the first node of an instance, and one more for each that takes the place of another. */
  readonly generation: number
  /** Of the key that its passwords were sealed to, which its host destroys once they are set, or with the node. */
  readonly sealingKey: number | null
}

/** Where the instance is: who deals with one node only deals with this one. */
export const primaryOf = ({ nodes }: { readonly nodes: readonly InstanceNode[] }): InstanceNode => {
  const primary = nodes.find(({ role }) => role === 'primary')
  if (!primary) throw new Error('an instance has no primary node')
  return primary
}

export type NodeOnHost = Pick<InstanceNode, 'nodeId' | 'hostId'>

/** Whether the instance has this node on this host, now. A host speaks for its own nodes only. */
export const hasNode = (
  { nodes }: { readonly nodes: readonly InstanceNode[] },
  { nodeId, hostId }: NodeOnHost,
): boolean => nodes.some((node) => node.nodeId === nodeId && node.hostId === hostId)
