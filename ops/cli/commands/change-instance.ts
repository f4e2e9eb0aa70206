import { confirmName } from '../confirm-name.ts'
import type { CliContext } from '../context.ts'
import { documents } from '../documents.ts'
import { findInstance } from '../find-instance.ts'
import { beginOperation, type WaitOptions } from './begin-operation.ts'

const done = { restart: 'restarted', stop: 'stopped', start: 'started', grow: 'grown', delete: 'deleted' } as const
const doing = {
  restart: 'restarting',
  stop: 'stopping',
  start: 'starting',
  grow: 'growing',
  delete: 'deleting',
} as const
export type Change = keyof typeof done

/** Restarts, stops, starts or deletes an instance; with `wait`, until that is done. */
export const changeInstance = async (
  context: CliContext,
  change: Change,
  nameOrId: string,
  options: WaitOptions & { readonly expectedVersion?: number; readonly volumeGiB?: number; readonly yes?: boolean },
): Promise<void> => {
  if (change === 'delete' && !options.yes) await confirmDeletion(context, nameOrId)
  const { expectedVersion, volumeGiB } = options
  await beginOperation(context, options, {
    find: () => findInstance(context, nameOrId),
    document: documents[`${change}Instance`],
    input: { expectedVersion, volumeGiB },
    begins: (name) => `${doing[change]} ${name}`,
    failed: (name) => `${name} could not be ${done[change]}`,
    ended: (name, { status }) => `${name} is ${done[change]}: ${status}`,
  })
}

const confirmDeletion = async (context: CliContext, nameOrId: string): Promise<void> => {
  const { stdin, stderr } = context.terminal
  if (!stdin.isTTY || !stderr.isTTY) return
  const { id, name } = await findInstance(context, nameOrId)
  const what = `This deletes ${name} (${id}) with everything in it, for good.`
  await confirmName(context, name, what, `${name} was not deleted`)
}
