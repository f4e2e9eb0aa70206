import { type NodeRole, nodeRoles } from '../../domain/instance/nodes.ts'
import type { NodeDocument } from '../../projections/views/instance-document.ts'
import type { SchemaParts } from '../builder.ts'

const roles: Readonly<Record<NodeRole, { readonly value: NodeRole; readonly description: string }>> = {
  primary: { value: 'primary', description: 'Clients write to it.' },
  replica: { value: 'replica', description: 'Not used yet: reserved for a later version.' },
}

/** One placement of an instance. Where that is, is for admins. */
export const addInstanceNode = ({ builder }: SchemaParts) => {
  const Role = builder.enumType('NodeRole', {
    description: 'What a node does for its instance.',
    values: Object.fromEntries(nodeRoles.map((role) => [role.toUpperCase(), roles[role]])),
  })
  return builder.objectRef<NodeDocument>('InstanceNode').implement({
    description: 'One placement of an instance on a host.',
    fields: (t) => ({
      id: t.exposeID('id', { description: 'UUID. Its host names what belongs to it by this.' }),
      hostId: t.id({
        nullable: true,
        description: 'Where it is. For admins; null for everybody else.',
        resolve: ({ hostId }, _args, { session }) => (session.isAdmin ? hostId : null),
      }),
      role: t.field({ type: Role, description: 'What it does.', resolve: ({ role }) => role }),
      generation: t.exposeInt('generation', {
        description: '1 for the first, and one more for each that took the place of another.',
      }),
    }),
  })
}
