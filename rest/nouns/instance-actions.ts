import { z } from 'zod'
import type { OperationId } from '../../domain/ids.ts'
import { bounded } from '../../kernel/within.ts'
import type { InstanceDocument } from '../../projections/views/instance-document.ts'
import { absentFields } from '../absent-fields.ts'
import { badRequest, notHere } from '../fault.ts'
import type { Call, RestAnswer } from '../request.ts'
import { begun, done, send } from '../send.ts'
import { findInstance } from './find-instance.ts'
import { parseBody, reference, wholeNumber } from './shapes.ts'
import { wishOf } from './wish.ts'

type Act = (call: Call, instance: InstanceDocument, wish: unknown) => Promise<RestAnswer>

const restart: Act = async (call, { id }) => begun(await send(call, { type: 'RestartInstance', id }))

const stop: Act = async (call, { id }) => begun(await send(call, { type: 'StopInstance', id }))

/** How long a call waits for what it cancelled to end: clients delete the instance next. */
const endMs = 10_000

/** No state of Coffer's needs to be reset: what is being done is cancelled, and ends by itself. */
const resetStatus: Act = async (call, { operationId }) => {
  if (operationId === null) return done
  const answer = await send(call, { type: 'CancelOperation', id: operationId })
  await hasEnded(call, operationId)
  return begun(answer)
}

const hasEnded = async ({ context: { backend, signal } }: Call, id: OperationId): Promise<void> => {
  await bounded(backend.timers, { timeoutMs: endMs, ends: [signal, backend.closing] }, async (bound) => {
    for await (const { endedAt } of backend.views.watchOperation(id, bound)) if (endedAt !== null) return
  })
}

export const volumeShape = wishOf({ size: wholeNumber }, absentFields['a volume'])

const resizeBody = wishOf({
  flavorRef: reference.nullish(),
  volume: z.union([wholeNumber, volumeShape.transform(({ size }) => size)]).nullish(),
})

const resize: Act = async (call, { id }, given) => {
  const { flavorRef, volume } = parseBody(resizeBody, given)
  if (!flavorRef && !volume)
    throw badRequest(
      'resize takes a flavor or a volume: {"resize": {"flavorRef": "medium"}} or {"resize": {"volume": {"size": 4}}}',
    )
  const wish = { ...(flavorRef && { flavor: flavorRef }), ...(volume && { volumeGiB: volume }) }
  return begun(await send(call, { type: 'ResizeInstance', id, ...wish }))
}

const lacks =
  (what: string): Act =>
  async () => {
    throw notHere(`Coffer does not ${what} yet`)
  }

const actions: Readonly<Record<'project' | 'admin', Readonly<Record<string, Act>>>> = {
  project: {
    restart,
    resize,
    reset_status: resetStatus,
    promote_to_replica_source: lacks('promote replicas'),
    eject_replica_source: lacks('eject the source of replicas'),
  },
  admin: {
    stop,
    reboot: restart,
    'reset-task-status': resetStatus,
    migrate: lacks('move instances to another host'),
    rebuild: lacks('make an instance anew on another image'),
  },
}

const anyWish = z.unknown().optional()
const oneOf = (names: readonly string[]) =>
  z.union(names.map((name) => z.strictObject({ [name]: name === 'resize' ? resizeBody : anyWish })))

/** The one action that a body names, with what it takes. */
export const actionBodies = { project: oneOf(Object.keys(actions.project)), admin: oneOf(Object.keys(actions.admin)) }

/** Does the one action that the body names. */
export const actOnInstance = async (call: Call, of: 'project' | 'admin'): Promise<RestAnswer> => {
  const body = parseBody(z.record(z.string(), z.unknown()), call.body)
  const [name = '', ...others] = Object.keys(body)
  const act = Object.hasOwn(actions[of], name) ? actions[of][name] : undefined
  if (!act || others.length > 0) throw badRequest(`the body names one action of ${Object.keys(actions[of]).join(', ')}`)
  return act(call, await findInstance(call), body[name])
}
