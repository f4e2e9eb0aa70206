import { fleet, fleetStream, type UsedJoinToken } from '../../domain/fleet/index.ts'
import { type RegistrationAnswer, registrationAnswer } from '../../domain/guest/registration-answer.ts'
import type { AgentReport } from '../../domain/guest/report.ts'
import { joinText } from '../../domain/guest/signed-message.ts'
import { agentCommandsTopic } from '../../domain/guest/topics.ts'
import {
  type HostCommand,
  type HostState,
  host,
  hostStream,
  isAdmitted,
  type RegistrationKey,
} from '../../domain/host/index.ts'
import type { HostId } from '../../domain/ids.ts'
import { type Clock, isoNow } from '../../kernel/clock.ts'
import type { Log } from '../../kernel/log.ts'
import type { CommandContext, Handler } from '../handle.ts'
import type { MessageBus } from '../ports/message-bus.ts'
import type { ControlChannel } from '../secrets/control-channel.ts'
import type { Attested } from './attest-messages.ts'
import type { Distrust } from './distrust.ts'

type Registration = Extract<AgentReport, { readonly type: 'registered' }>

export type RegistrationDependencies = {
  readonly handler: Handler
  readonly clock: Clock
  readonly log: Log
  readonly bus: Pick<MessageBus, 'publish'>
  readonly channel: Pick<ControlChannel, 'ownJoinKey' | 'isSignedBy' | 'sign'>
  readonly distrust: Pick<Distrust, 'drop'>
}

/** What a registration shows for itself, and the join token that it would use up. */
type Shown = { readonly key: RegistrationKey | null; readonly joinToken: UsedJoinToken | null }

/** Whoever is not let in asks again every ten seconds: five hosts at once are answered within a second. */
const answerEveryMs = 200

/** Takes in the registration of a host: its key is pinned by the first, and from then on nothing else is believed of it. */
export const createRegistrar = ({ handler, clock, log, bus, channel, distrust }: RegistrationDependencies) => {
  let answeredAt = Number.NEGATIVE_INFINITY
  let isAnswering = false

  /**
   * Tells somebody who has no business here why, without a word in the log, which anybody could fill by asking. For the same reason it is told to few, and nobody
   * waits for it: the topic may not be there.
   */
  const answerStranger = (hostId: HostId, reportId: string, refusal: string): void => {
    const now = clock.elapsedMs()
    if (isAnswering || now - answeredAt < answerEveryMs) return
    answeredAt = now
    isAnswering = true
    const answer: RegistrationAnswer = { kind: registrationAnswer, hostId, refusal, reportId }
    const message = {
      topic: agentCommandsTopic(hostId),
      key: hostId,
      value: JSON.stringify(answer),
      headers: { type: registrationAnswer },
    }
    bus
      .publish([channel.sign(message)])
      .catch((error: unknown) => log.debug({ err: error, hostId }, 'a host that is not let in could not be told so'))
      .finally(() => {
        isAnswering = false
      })
  }

  const provenJoin = async (
    { host: { hostId }, join, signingKey }: Registration,
    now: string,
  ): Promise<Pick<RegistrationKey, 'admittedBy'> & Pick<Shown, 'joinToken'>> => {
    const nothing = { admittedBy: null, joinToken: null } as const
    if (!join || signingKey === undefined) return nothing
    const { tokenId, proof } = join
    const text = joinText(hostId, signingKey)
    if (tokenId === null)
      return channel.isSignedBy(channel.ownJoinKey, text, proof)
        ? { admittedBy: 'master-key', joinToken: null }
        : nothing
    const token = (await handler.load(fleet, fleetStream)).state.joinTokens.get(tokenId)
    if (!token || !channel.isSignedBy(token.proofKey, text, proof)) return nothing
    const joinToken = { tokenId, signingKey, now }
    return { admittedBy: token.hostId === hostId ? 'token-for-host' : 'token', joinToken }
  }

  const shownBy = async (
    { by, value, signature }: Attested<Registration>,
    state: HostState,
    now: string,
  ): Promise<Shown> => {
    if (signature === null) return { key: null, joinToken: null }
    const pinned = state.status === 'UNREGISTERED' ? null : state.channel.signingKey
    const { sequence } = signature
    if (by === 'host' && pinned !== null)
      return { key: { signingKey: pinned, sequence, admittedBy: null }, joinToken: null }
    const { admittedBy, joinToken } = await provenJoin(value, now)
    return { key: { signingKey: value.signingKey ?? '', sequence, admittedBy }, joinToken }
  }

  const refuse = async (
    { hostId, value }: Attested<Registration>,
    state: HostState,
    key: RegistrationKey | null,
    context: CommandContext,
  ): Promise<void> => {
    const { reportId } = value
    if (state.status === 'UNREGISTERED' || state.channel.signingKey === null || key === null) {
      distrust.drop(value.join ? 'not-admitted' : 'unknown-host', { hostId })
      answerStranger(hostId, reportId, value.join ? tokenUnknown : noToken)
      return
    }
    distrust.drop('another-key', { hostId, signingKey: key.signingKey })
    await handler.handle(host, hostStream(hostId), { type: 'RefuseKey', hostId, signingKey: key.signingKey }, context)
    answerStranger(hostId, reportId, anotherKey(hostId))
  }

  const take = async (attested: Attested<Registration>, context: CommandContext): Promise<void> => {
    const { hostId, value } = attested
    const { host: description, refusal = null, reportId } = value
    const { name } = description
    const stream = hostStream(hostId)
    const { state } = await handler.load(host, stream)
    const { key, joinToken } = await shownBy(attested, state, isoNow(clock))
    const pins = state.status === 'UNREGISTERED' ? noPins : state.channel
    const needsProof = state.status === 'UNREGISTERED' || attested.by === 'stranger'
    if (!isAdmitted(pins, key) || (needsProof && key?.admittedBy === null)) {
      await refuse(attested, state, key, context)
      return
    }
    const registration = { description, refusal, reportId }
    const taken =
      state.status === 'REMOVED'
        ? null
        : await handler.handle(fleet, fleetStream, { type: 'TakeHostName', hostId, name, joinToken }, context)
    const rejection = taken?.outcome === 'rejected' ? taken.rejection : null
    // The token is expired, or another host was quicker.
    if (rejection?.code === 'FORBIDDEN') {
      distrust.drop('not-admitted', { hostId })
      answerStranger(hostId, reportId, rejection.message)
      return
    }
    const told: HostCommand = rejection
      ? { type: 'RefuseRegistration', ...registration, reason: rejection.message }
      : { type: 'RegisterHost', ...registration, key }
    const handled = await handler.handle(host, stream, told, context)
    // It was removed since it was looked at, and its name may have been free already.
    if (handled.state.status === 'REMOVED') {
      await handler.handle(fleet, fleetStream, { type: 'ReleaseHostName', hostId }, context)
    }
    if (handled.state.refusal !== null) {
      log.warn({ hostId, name, refusal: handled.state.refusal }, 'the registration of a host was refused')
    }
  }

  return take
}

const noPins = { signingKey: null, reported: 0, heard: 0, refusedKey: null } as const

const howToJoin = 'make one with "coffer admin host join-token" and start the agent with it as COFFER_JOIN_TOKEN'
const noToken = `the control plane does not know this host: a host joins with a join token; ${howToJoin}`
const tokenUnknown = `the control plane does not know the join token of this host: ${howToJoin}`
const anotherKey = (hostId: HostId): string =>
  `host ${hostId} is known by another key, as when its identity.json was replaced: let it in with "coffer admin host join-token --host ${hostId}" and start the agent with that as COFFER_JOIN_TOKEN`
