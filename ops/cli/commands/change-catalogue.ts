import type { CliContext } from '../context.ts'
import {
  DefineFlavorDocument,
  QuotaDocument,
  RetireFlavorDocument,
  SetDefaultDatastoreVersionDocument,
  SetQuotaDocument,
  WithdrawDatastoreVersionDocument,
} from '../generated/graphql.ts'
import { mutate } from '../mutate.ts'

type Repeatable = { readonly idempotencyKey?: string }

export type FlavorOptions = Repeatable & {
  readonly vcpus: number
  readonly memory: number
  readonly description: string
}

export const defineFlavor = async (context: CliContext, id: string, options: FlavorOptions): Promise<void> => {
  const { vcpus, memory: memoryMiB, description, idempotencyKey } = options
  const input = { id, vcpus, memoryMiB, description, idempotencyKey }
  const { flavor } = await mutate(context, DefineFlavorDocument, input)
  await context.output.one(flavor, () => [`flavor ${id} has ${vcpus} vCPU and ${memoryMiB} MiB`])
}

export const retireFlavor = async (context: CliContext, id: string, options: Repeatable): Promise<void> => {
  const input = { id, idempotencyKey: options.idempotencyKey }
  const { flavor } = await mutate(context, RetireFlavorDocument, input)
  await context.output.one(flavor, () => [`flavor ${id} is retired: instances that have it keep it, new ones cannot`])
}

const versionChanges = {
  default: { document: SetDefaultDatastoreVersionDocument, done: 'is what new instances get unless they ask' },
  withdraw: { document: WithdrawDatastoreVersionDocument, done: 'is withdrawn: instances that have it keep it' },
} as const
export type VersionChange = keyof typeof versionChanges

export const changeVersion = async (
  context: CliContext,
  change: VersionChange,
  datastore: string,
  version: string,
  { idempotencyKey }: Repeatable,
): Promise<void> => {
  const { document, done } = versionChanges[change]
  const answer = await mutate(context, document, { datastore, version, idempotencyKey })
  await context.output.one(answer.datastore, () => [`${datastore} ${version} ${done}`])
}

export type QuotaOptions = Repeatable & {
  readonly instances?: number
  readonly vcpus?: number
  readonly memory?: number
  readonly volume?: number
  readonly backup?: number
}

/** Limits that are not named stay as they are. */
export const setQuota = async (context: CliContext, projectId: string, options: QuotaOptions): Promise<void> => {
  const { quota: before } = await context.api.request(QuotaDocument, { project: projectId }, context.signal)
  const input = {
    projectId,
    instances: options.instances ?? before.limits.instances,
    vcpus: options.vcpus ?? before.limits.vcpus,
    memoryMiB: options.memory ?? before.limits.memoryMiB,
    volumeGiB: options.volume ?? before.limits.volumeGiB,
    ...(options.backup !== undefined && { backupGiB: options.backup }),
    idempotencyKey: options.idempotencyKey,
  }
  const { quota } = await mutate(context, SetQuotaDocument, input)
  const { instances, vcpus, memoryMiB, volumeGiB } = input
  const backupGiB = options.backup ?? before.limits.backupGiB
  await context.output.one(quota, () => [
    `project ${projectId} may have ${instances} instances, ${vcpus} vCPU, ${memoryMiB} MiB of memory, ${volumeGiB} GiB of volumes and ${backupGiB} GiB of backups`,
  ])
}
