import { type ProjectId, projectIdSchema } from '../../domain/ids.ts'
import { quote } from '../../domain/values/text.ts'
import type { QuotaDocument } from '../../projections/documents.ts'
import type { Views } from '../../projections/queries.ts'
import type { SchemaParts } from '../builder.ts'
import { ApiError } from '../errors.ts'
import { type AcceptedInterface, defineResult, idempotencyKeyField } from '../mutation.ts'
import { projectOf } from '../pipeline/tenancy.ts'
import { readBack, type Written, write } from '../write.ts'

type WrittenQuota = Written & { readonly projectId: ProjectId }

export const addQuota = (parts: SchemaParts, Accepted: AcceptedInterface): void => {
  const { builder, Quota, QuotaLimits } = parts
  Quota.implement({
    description: 'What a project may hold and holds.',
    fields: (t) => ({
      projectId: t.exposeID('projectId', { description: 'The project.' }),
      limits: t.field({
        type: QuotaLimits,
        description: 'The most it may hold at one time.',
        resolve: ({ limits }, _args, { backend }) => limits ?? backend.settings.defaultQuota,
      }),
      used: t.expose('used', { type: QuotaLimits, description: 'What its instances hold, those being made included.' }),
      isDefault: t.boolean({
        description: 'No admin has set limits for the project: the configured defaults hold.',
        resolve: ({ limits }) => limits === null,
      }),
    }),
  })
  builder.queryField('quota', (t) =>
    t.field({
      type: Quota,
      args: { project: t.arg.id({ description: "Admins only: which project; one's own if left out." }) },
      description:
        'The quota of the project. The error `UNREADABLE_HISTORY` where it is unknown: events of the project are missing or cannot be read.',
      resolve: (_root, { project }, { session, backend }) =>
        readQuota(backend.views, projectOf(session, project, 'project')),
    }),
  )
  addSetQuota(parts, Accepted)
}

/** A project needs no creation: one that was never heard of holds nothing under the default limits. */
const readQuota = async (views: Views, projectId: ProjectId): Promise<QuotaDocument> => {
  const quota = await views.quota(projectId)
  if (quota !== null && quota.flaws.length > 0) {
    const message = `the quota of project ${projectId} is unknown: its history cannot be read as a whole. An administrator finds the reason in "coffer admin status" and "coffer admin log unreadable"`
    throw new ApiError('UNREADABLE_HISTORY', message)
  }
  return quota ?? { projectId, limits: null, used: { instances: 0, vcpus: 0, memoryMiB: 0, volumeGiB: 0 }, flaws: [] }
}

const addSetQuota = (parts: SchemaParts, Accepted: AcceptedInterface): void => {
  const { builder, Quota } = parts
  const SetQuotaAccepted = builder.objectRef<WrittenQuota>('SetQuotaAccepted').implement({
    description: 'The limits hold from now on. What is over them stays.',
    interfaces: [Accepted],
    fields: (t) => ({
      quota: t.field({
        type: Quota,
        nullable: true,
        description: 'The quota as it is now. Null only while `upToDate` is false.',
        resolve: ({ projectId }, _args, context) =>
          readBack(context, () => readQuota(context.backend.views, projectId)),
      }),
    }),
  })
  const SetQuotaResult = defineResult(parts, {
    name: 'SetQuotaResult',
    accepted: SetQuotaAccepted,
    description: 'What became of `setQuota`.',
  })
  const SetQuotaInput = builder.inputType('SetQuotaInput', {
    description: 'All limits of one project. 0 means none.',
    fields: (t) => ({
      projectId: t.id({ required: true, description: 'Which project.' }),
      instances: t.int({ required: true, description: 'Number of instances.' }),
      vcpus: t.int({ required: true, description: 'Virtual CPUs.' }),
      memoryMiB: t.int({ required: true, description: 'Memory in MiB.' }),
      volumeGiB: t.int({ required: true, description: 'Disk in GiB.' }),
      ...idempotencyKeyField(t),
    }),
  })
  builder.mutationField('setQuota', (t) =>
    t.field({
      type: SetQuotaResult,
      args: { input: t.arg({ type: SetQuotaInput, required: true, description: 'The limits.' }) },
      description: 'Admins only. Sets what a project may hold.',
      resolve: async (_root, { input: { projectId, idempotencyKey, ...limits } }, context) => {
        const parsed = projectIdSchema.safeParse(projectId)
        if (!parsed.success) {
          const message = `${quote(projectId)} cannot name a project: ${parsed.error.issues[0]?.message}`
          return { code: 'INVALID_INPUT' as const, field: 'projectId', message }
        }
        const command = { type: 'SetProjectQuota' as const, projectId: parsed.data, limits }
        const result = await write(context, { command, idempotencyKey }, () =>
          readQuota(context.backend.views, parsed.data),
        )
        return 'answer' in result ? { ...result, projectId: parsed.data } : result
      },
    }),
  )
}
