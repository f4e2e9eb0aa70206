import { setQuota } from '../../commands/public/set-quota.ts'
import type { ProjectId } from '../../domain/ids.ts'
import { projectStream } from '../../domain/project/index.ts'
import { bytesOfGiB } from '../../domain/values/bytes.ts'
import type { QuotaDocument } from '../../projections/views/quotas.ts'
import type { SchemaParts } from '../builder.ts'
import type { Backend } from '../context.ts'
import { ApiError } from '../errors.ts'
import { type Mutations, readsBackAs } from '../mutation.ts'
import type { Noun } from '../noun.ts'
import { projectOf } from '../pipeline/tenancy.ts'

const addQuota = ({ builder, QuotaLimits }: SchemaParts, { result, mutation }: Mutations): void => {
  const Quota = builder.objectRef<QuotaDocument>('Quota')
  Quota.implement({
    description: 'What a project may hold and holds.',
    fields: (t) => ({
      projectId: t.exposeID('projectId', { description: 'The project.' }),
      limits: t.field({
        type: QuotaLimits,
        description: 'The most it may hold at one time.',
        resolve: ({ limits }, _args, { backend }) => ({ ...backend.settings.defaultQuota, ...limits }),
      }),
      used: t.field({
        type: QuotaLimits,
        description: 'What its instances and backups hold, those being made included.',
        resolve: ({ used, backupBytes }) => ({ ...used, backupGiB: Math.ceil(backupBytes / bytesOfGiB) }),
      }),
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
      resolve: (_root, { project }, { session, backend }) => readQuota(backend, projectOf(session, project, 'project')),
    }),
  )
  mutation(
    setQuota,
    result(setQuota.answer, {
      became: '`setQuota`',
      readsBack: {
        quota: readsBackAs(
          Quota,
          'The quota as it is now. Null only while `upToDate` is false.',
          ({ projectId }, { backend }) => readQuota(backend, projectId),
        ),
      },
    }),
  )
}

/** A project needs no creation: one that was never heard of holds nothing under the default limits. */
const readQuota = async ({ views, findLoss }: Backend, projectId: ProjectId): Promise<QuotaDocument> => {
  const quota = await views.quota(projectId)
  const isLost = quota === null && (await findLoss(projectId, projectStream(projectId))) !== null
  if (isLost || (quota !== null && quota.flaws.length > 0)) {
    const message = `the quota of project ${projectId} is unknown: its history cannot be read as a whole. An administrator finds the reason in "coffer admin status" and "coffer admin log unreadable"`
    throw new ApiError('UNREADABLE_HISTORY', message)
  }
  const used = { instances: 0, vcpus: 0, memoryMiB: 0, volumeGiB: 0 }
  return quota ?? { projectId, limits: null, used, backupBytes: 0, flaws: [] }
}

export const quotaNoun: Noun = { add: addQuota }
