import { instanceNameRefusal } from '../../domain/values/names.ts'
import type { DispatchAnswer, PublicCommand } from '../api.ts'
import { changeInstance } from './change-instance.ts'
import { type DispatchDependencies, type Job, refused } from './context.ts'

type RenameInstance = Extract<PublicCommand, { readonly type: 'RenameInstance' }>

export const renameInstance = async (
  dependencies: DispatchDependencies,
  job: Job,
  { instanceId, name }: RenameInstance,
): Promise<DispatchAnswer> => {
  const badName = instanceNameRefusal(name)
  if (badName) return refused(badName)
  return changeInstance(dependencies, job, instanceId, { type: 'RenameInstance', name }, null)
}
