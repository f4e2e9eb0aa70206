import type { InstanceId, OperationId } from '../../domain/ids.ts'
import { instance, instanceStream, type KnownInstance, primaryOf } from '../../domain/instance/index.ts'
import type { RequestedKind } from '../../domain/instance/operations.ts'
import { allFaults } from '../../domain/rejection.ts'
import type { Sealed } from '../../domain/values/instance-spec.ts'
import { passwordRefusal } from '../../domain/values/password.ts'
import type { UserInput } from '../public/create-instance-input.ts'
import {
  type AnswerOf,
  type DispatchDependencies,
  type Job,
  type OwnDispatchDependencies,
  refused,
} from '../public/definition.ts'
import { type TakenKey, takeSealingKey } from '../seal-for-host.ts'
import { sealPassword } from '../secrets/seal.ts'
import { reaches } from './authorise.ts'
import { beginOperation, type WishOfKind } from './change-instance.ts'
import { type Credential, credentialsFor } from './credentials.ts'

/**
 * `users`: whose passwords the operation brings, with the password that was given, and the databases that each is asked to use; absent: one is made, and all there are.
 * `wish`: with the passwords sealed, in the same order.
 */
export type SealedWish<User extends UserAsked> = {
  readonly users: readonly User[]
  /** What the password of a user is called in the input. */
  readonly fieldOf: (index: number) => string
  readonly wish: (users: readonly (User & { readonly sealedPassword: Sealed })[]) => WishOfKind<RequestedKind>
}
type UserAsked = Pick<UserInput, 'name' | 'password' | 'databases'>

type Began = AnswerOf<{
  readonly instanceId: InstanceId
  readonly operationId: OperationId
  readonly credentials: readonly Credential[]
}>

/** Asks for an operation that brings passwords. A key of the host is taken for them, and for nothing else. */
export const beginSealed = async <User extends UserAsked>(
  dependencies: DispatchDependencies,
  job: Job,
  instanceId: InstanceId,
  { users, fieldOf, wish }: SealedWish<User>,
): Promise<Began> => {
  const { state } = await dependencies.handler.load(instance, instanceStream(instanceId))
  const isThere = state.status !== 'ABSENT' && reaches(job.reach, state.projectId)
  const known = isThere ? state.accounts.databases : []
  const source = { idempotencyKey: job.request.idempotencyKey, scope: job.ids.operationId }
  const credentials = credentialsFor(users, known, dependencies.masterKey, source)
  const ask = async (sealed: readonly Sealed[]): Promise<Began> => {
    const answer = await beginOperation(dependencies, job, instanceId, wish(sealedUsers(users, sealed)))
    return answer.accepted ? { ...answer, credentials } : answer
  }
  // What will be refused, or was asked for before, is not sealed: nothing of it is kept.
  const none = users.map(() => unsealed)
  if (!isThere || isAsked(state, job)) return ask(none)
  const { datastore } = state.spec
  const faults = users.map(({ password }, index) =>
    password === undefined ? null : passwordRefusal(datastore, password, fieldOf(index)),
  )
  const refusal = allFaults(faults)
  if (refusal) return refused(refusal)
  const taken = await takeKeyToBegin(dependencies, job, state, wish(sealedUsers(users, none)))
  if (!taken.ok) return refused(taken.rejection)
  const { nodeId } = primaryOf(state)
  const seal = ({ user, password }: Credential) => sealPassword(taken.key, { nodeId, user, password })
  return ask(await Promise.all(credentials.map(seal)))
}

const sealedUsers = <User>(users: readonly User[], sealed: readonly Sealed[]) =>
  users.map((user, index) => {
    const sealedPassword = sealed[index]
    if (sealedPassword === undefined) throw new Error(`the password of user ${index} was not sealed`)
    return { ...user, sealedPassword }
  })

/** Stands in a wish for what is not sealed, as it is not kept. */
export const unsealed = '' as Sealed

/** True if the operation of this request was asked for before: it is not asked for again, whatever the wish. */
export const isAsked = ({ operationIds }: KnownInstance, { ids }: Job): boolean =>
  operationIds.includes(ids.operationId)

/**
 * A key of the instance's host for what this wish is to bring, once the instance would accept it: keys are few, and one that was taken for a
 * refused wish is lost.
 */
export const takeKeyToBegin = async (
  { handler }: Pick<OwnDispatchDependencies, 'handler'>,
  job: Job,
  state: KnownInstance,
  wish: WishOfKind<RequestedKind>,
): Promise<TakenKey> => {
  const { operationId } = job.ids
  const { projectId, instanceId } = state
  // The deadline does not matter to whether it is accepted.
  const decision = instance.decide({ type: 'RequestOperation', ...wish, operationId, deadline: '' }, state)
  if (decision.outcome === 'rejected') return { ok: false, rejection: decision.rejection }
  const context = { ...job.context, correlationId: operationId, projectId, instanceId }
  return takeSealingKey(handler, primaryOf(state).hostId, operationId, context)
}
