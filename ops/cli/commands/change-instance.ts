import { confirmName } from '../confirm-name.ts'
import type { CliContext } from '../context.ts'
import { findInstance } from '../find-instance.ts'
import {
  DeleteInstanceDocument,
  type InstanceFragment,
  type InstanceOperationFragment,
  ResizeInstanceDocument,
  RestartInstanceDocument,
  StartInstanceDocument,
  StopInstanceDocument,
} from '../generated/graphql.ts'
import { mutate } from '../mutate.ts'
import { type Begun, beginOperation, type Target, type WaitOptions } from './begin-operation.ts'

type Wish = Target & { readonly expectedVersion: number | undefined }
type Words = {
  readonly doing: string
  readonly done: string
  readonly send: (context: CliContext, wish: Wish) => Promise<InstanceOperationFragment>
}

const changes = {
  restart: {
    doing: 'restarting',
    done: 'restarted',
    send: (context, wish) => mutate(context, RestartInstanceDocument, wish),
  },
  stop: { doing: 'stopping', done: 'stopped', send: (context, wish) => mutate(context, StopInstanceDocument, wish) },
  start: { doing: 'starting', done: 'started', send: (context, wish) => mutate(context, StartInstanceDocument, wish) },
  delete: {
    doing: 'deleting',
    done: 'deleted',
    send: (context, wish) => mutate(context, DeleteInstanceDocument, wish),
  },
} as const satisfies Record<string, Words>
export type Change = keyof typeof changes

type Guarded = WaitOptions & { readonly expectedVersion?: number }

/** Restarts, stops, starts or deletes an instance; with `wait`, until that is done. */
export const changeInstance = async (
  context: CliContext,
  change: Change,
  nameOrId: string,
  options: Guarded & { readonly yes?: boolean },
): Promise<void> => {
  const confirmed = change === 'delete' && !options.yes ? await confirmDeletion(context, nameOrId) : null
  const { doing, done, send } = changes[change]
  await beginOperation(context, options, {
    ...wordsOf(doing, done),
    find: async () => confirmed ?? findInstance(context, nameOrId),
    send: (target) => send(context, { ...target, expectedVersion: options.expectedVersion }),
  })
}

export const resizeInstance = (
  context: CliContext,
  nameOrId: string,
  options: Guarded & { readonly flavor?: string; readonly volume?: number },
): Promise<void> => {
  const { expectedVersion, flavor, volume: volumeGiB } = options
  return beginOperation(context, options, {
    ...wordsOf('resizing', 'resized'),
    find: () => findInstance(context, nameOrId),
    send: (target) => mutate(context, ResizeInstanceDocument, { ...target, expectedVersion, flavor, volumeGiB }),
  })
}

const wordsOf = (doing: string, done: string): Pick<Begun, 'begins' | 'failed' | 'ended'> => ({
  begins: (name) => `${doing} ${name}`,
  failed: (name) => `${name} could not be ${done}`,
  ended: (name, { status }) => `${name} is ${done}: ${status}`,
})

const confirmDeletion = async (context: CliContext, nameOrId: string): Promise<InstanceFragment> => {
  const instance = await findInstance(context, nameOrId)
  const { id, name } = instance
  const what = `This deletes ${name} (${id}) with everything in it, for good.`
  await confirmName(context, name, what, `${name} was not deleted`)
  return instance
}
