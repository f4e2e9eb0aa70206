import { actorName } from '../../domain/metadata.ts'
import type { SchemaParts } from '../builder.ts'

/** The small types that several nouns share. */
export const addValues = ({ builder, Actor, Fault, QuotaLimits, Resources }: SchemaParts): void => {
  const ActorKind = builder.enumType('ActorKind', {
    description: 'What kind of actor caused something.',
    values: {
      USER: { value: 'user', description: 'A person or program with a token.' },
      AGENT: { value: 'agent', description: 'The agent on a database host.' },
      SYSTEM: { value: 'system', description: 'A part of Coffer itself.' },
    } as const,
  })
  Actor.implement({
    description: 'Who caused something.',
    fields: (t) => ({
      kind: t.expose('kind', { type: ActorKind, description: 'A user, an agent or Coffer itself.' }),
      name: t.string({
        description:
          "The token's subject, the host's id (`agent` for all but admins), or the name of the part of Coffer.",
        resolve: (actor, _args, { session }) =>
          actor.kind === 'agent' && !session.isAdmin ? 'agent' : actorName(actor),
      }),
      projectId: t.id({
        nullable: true,
        description: 'The project the user acted for; null for others.',
        resolve: (actor) => (actor.kind === 'user' ? actor.projectId : null),
      }),
    }),
  })
  Fault.implement({
    description: 'Why an operation failed.',
    fields: (t) => ({
      code: t.exposeString('code', { description: 'Stable, upper case, such as `DEADLINE_EXCEEDED`.' }),
      message: t.exposeString('message', { description: 'For a person.' }),
      retryable: t.exposeBoolean('retryable', { description: 'Whether the same wish may succeed later.' }),
      cause: t.string({
        nullable: true,
        description:
          "What lay beneath, in Coffer's words. An engine's own log lines may quote stored data, so they stay on its host.",
        resolve: ({ cause }) => cause ?? null,
      }),
    }),
  })
  Resources.implement({
    description: 'What something takes or gives of a host.',
    fields: (t) => ({
      vcpus: t.exposeInt('vcpus', { description: 'Virtual CPUs.' }),
      memoryMiB: t.exposeInt('memoryMiB', { description: 'Memory in MiB.' }),
      volumeGiB: t.exposeInt('volumeGiB', { description: 'Disk in GiB.' }),
    }),
  })
  QuotaLimits.implement({
    description: 'What a project may hold, or holds, at one time.',
    fields: (t) => ({
      instances: t.exposeInt('instances', { description: 'Number of instances.' }),
      vcpus: t.exposeInt('vcpus', { description: 'Virtual CPUs.' }),
      memoryMiB: t.exposeInt('memoryMiB', { description: 'Memory in MiB.' }),
      volumeGiB: t.exposeInt('volumeGiB', { description: 'Disk in GiB.' }),
      backupGiB: t.exposeInt('backupGiB', {
        nullable: true,
        description:
          'Backups in their store, in GiB. One that is being made counts as much as the volume of its instance.',
      }),
    }),
  })
}
