import type { InstanceId, OperationId } from '../../domain/ids.ts'
import {
  type InstanceState,
  instance,
  instanceStream,
  type KnownInstance,
  primaryOf,
} from '../../domain/instance/index.ts'
import type { RequestedKind } from '../../domain/instance/operations.ts'
import { allFaults, type Rejection } from '../../domain/rejection.ts'
import type { Sealed } from '../../domain/values/instance-spec.ts'
import { passwordRefusal } from '../../domain/values/password.ts'
import type { UserInput } from '../public/create-instance-input.ts'
import { type AnswerOf, type DispatchDependencies, type Job, refused } from '../public/definition.ts'
import { takeSealingKey } from '../seal-for-host.ts'
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

/**
 * Asks for an operation that brings passwords. A key of the host is taken for them, and for nothing else, once the instance would accept the wish: keys are few, and one
 * that was taken for a refused wish is lost.
 */
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
  const unsealed = users.map(() => '' as Sealed)
  if (!isThere || isAsked(state, job)) return ask(unsealed)
  const { datastore } = state.spec
  const faults = users.map(({ password }, index) =>
    password === undefined ? null : passwordRefusal(datastore, password, fieldOf(index)),
  )
  const refusal = allFaults(faults) ?? wouldRefuse(state, job, wish(sealedUsers(users, unsealed)))
  if (refusal) return refused(refusal)
  const { operationId } = job.ids
  const context = { ...job.context, correlationId: operationId, projectId: state.projectId, instanceId }
  const { hostId, nodeId } = primaryOf(state)
  const taken = await takeSealingKey(dependencies.handler, hostId, operationId, context)
  if (!taken.ok) return refused(taken.rejection)
  const seal = ({ user, password }: Credential) => sealPassword(taken.key, { nodeId, user, password })
  return ask(await Promise.all(credentials.map(seal)))
}

const sealedUsers = <User>(users: readonly User[], sealed: readonly Sealed[]) =>
  users.map((user, index) => {
    const sealedPassword = sealed[index]
    if (sealedPassword === undefined) throw new Error(`the password of user ${index} was not sealed`)
    return { ...user, sealedPassword }
  })

const isAsked = ({ operationIds }: KnownInstance, { ids }: Job): boolean => operationIds.includes(ids.operationId)

const wouldRefuse = (state: InstanceState, { ids }: Job, wish: WishOfKind<RequestedKind>): Rejection | null => {
  // The deadline does not matter to whether it is accepted.
  const decision = instance.decide(
    { type: 'RequestOperation', ...wish, operationId: ids.operationId, deadline: '' },
    state,
  )
  return decision.outcome === 'rejected' ? decision.rejection : null
}
