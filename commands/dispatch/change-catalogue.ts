import { datastore, datastoreStream } from '../../domain/datastore/index.ts'
import { unreachable } from '../../domain/decider.ts'
import { flavor, flavorStream } from '../../domain/flavor/index.ts'
import { project, projectStream } from '../../domain/project/index.ts'
import type { DispatchAnswer, PublicCommand } from '../api.ts'
import type { CommandContext, Handler } from '../handle.ts'
import { accepted, type DispatchDependencies, type Job, refused } from './context.ts'

/** What admins set for everybody: quotas, flavors, versions on offer. */
export type CatalogueCommand = Extract<
  PublicCommand,
  {
    readonly type:
      | 'SetProjectQuota'
      | 'DefineFlavor'
      | 'RetireFlavor'
      | 'SetDefaultDatastoreVersion'
      | 'WithdrawDatastoreVersion'
  }
>

const handleCatalogue = (
  handler: Handler,
  command: CatalogueCommand,
  context: CommandContext,
  options: { readonly mayBeDone: boolean },
) => {
  switch (command.type) {
    case 'SetProjectQuota': {
      const { projectId } = command
      return handler.handle(project, projectStream(projectId), command, { ...context, projectId }, options)
    }
    case 'DefineFlavor':
    case 'RetireFlavor':
      return handler.handle(flavor, flavorStream(command.flavorId), command, context, options)
    case 'SetDefaultDatastoreVersion':
    case 'WithdrawDatastoreVersion':
      return handler.handle(datastore, datastoreStream(command.datastore), command, context, options)
    default:
      return unreachable(command)
  }
}

export const changeCatalogue = async (
  { handler }: DispatchDependencies,
  job: Job,
  command: CatalogueCommand,
): Promise<DispatchAnswer> => {
  const handled = await handleCatalogue(handler, command, job.context, { mayBeDone: job.repeat })
  if (handled.outcome === 'rejected') return refused(handled.rejection)
  return accepted({ position: handled.position, replayed: handled.events.length === 0 })
}
