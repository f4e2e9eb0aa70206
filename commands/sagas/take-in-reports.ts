import { unreachable } from '../../domain/decider.ts'
import { type HoldingsAnswer, holdingsAnswer } from '../../domain/guest/holdings-answer.ts'
import { type AgentReport, agentReportSchema, type GuestResult } from '../../domain/guest/report.ts'
import { agentCommandsTopic } from '../../domain/guest/topics.ts'
import { type HostCommand, host, hostStream } from '../../domain/host/index.ts'
import { type HostId, type NodeId, parseCommandId } from '../../domain/ids.ts'
import { hasNode, type InstanceCommand, instance, instanceStream } from '../../domain/instance/index.ts'
import { hasBegun, type OperationState, operation, operationStream } from '../../domain/operation/index.ts'
import { parameters, parametersIdOf, parametersStream } from '../../domain/parameters/index.ts'
import { type Clock, isoNow } from '../../kernel/clock.ts'
import { deriveId } from '../../kernel/ids.ts'
import type { Log } from '../../kernel/log.ts'
import { inSpan, noTracer, type Tracer } from '../../kernel/tracer.ts'
import type { Directory } from '../directory.ts'
import type { CommandContext, Handler } from '../handle.ts'
import type { IncomingMessage, MessageBus } from '../ports/message-bus.ts'
import type { ControlChannel } from '../secrets/control-channel.ts'
import { type Attested, createAttestation, type Statement } from './attest-messages.ts'
import type { Distrust } from './distrust.ts'
import { leaveOutUnreadable } from './leave-out-unreadable.ts'
import { traceOf } from './message-trace.ts'
import { isDone, removeLeftover } from './remove-leftover.ts'
import { createRegistrar } from './take-registration.ts'

export type ReportDependencies = {
  readonly handler: Handler
  readonly directory: Pick<Directory, 'host'>
  readonly bus: Pick<MessageBus, 'publish'>
  readonly channel: ControlChannel
  readonly distrust: Distrust
  readonly clock: Clock
  readonly log: Log
  /** Default: steps are not traced. */
  readonly tracer?: Tracer
}

type Trace = string | undefined
type HealthReport = Extract<AgentReport, { readonly type: 'health' }>
type Offer = Extract<AgentReport, { readonly type: 'sealing-keys' }>
type ParametersReport = Extract<AgentReport, { readonly type: 'parameters' }>
type ConfigurationReport = Extract<AgentReport, { readonly type: 'configuration' }>
type AccountsReport = Extract<AgentReport, { readonly type: 'accounts' }>
type HoldingsReport = Extract<AgentReport, { readonly type: 'holdings' }>

const hostOf = (report: AgentReport): HostId => ('hostId' in report ? report.hostId : report.host.hostId)

const statement: Statement<AgentReport> = {
  schema: agentReportSchema,
  hostOf,
  ownKeyOf: (report) => (report.type === 'registered' ? (report.signingKey ?? null) : null),
}

/** What a host says of itself, all under one key, is so until it says otherwise: an older word must not undo a newer one. */
const isOfState = (report: AgentReport): boolean => !('commandId' in report)

/** `traceparent`: of the step that takes the report in. */
const contextOf = (report: AgentReport, hostId: HostId, traceparent: string | undefined): CommandContext => ({
  actor: { kind: 'agent', hostId },
  commandId: parseCommandId(deriveId('report', report.reportId)),
  correlationId: null,
  projectId: null,
  instanceId: null,
  causationId: report.reportId,
  ...(traceparent === undefined ? {} : { traceparent }),
})

/** Whose an operation or an instance is is settled by its first event; on which host is for the decision to see. */
const sinceItsBeginning = { atLeast: 0 }

const isOfHost = (state: OperationState, hostId: HostId): boolean =>
  hasBegun(state) && (state.subject.hostId === hostId || state.leftovers.some((leftover) => leftover.hostId === hostId))

/** Handles one message of `coffer.agent.results`. At least once does no harm. */
export const createReportHandler = (dependencies: ReportDependencies) => {
  const { handler, bus, channel, clock, distrust, log, tracer = noTracer } = dependencies
  const attest = createAttestation(dependencies)
  const takeRegistration = createRegistrar(dependencies)
  /** Of the last report of its state that was taken in here. */
  const sequences = new Map<HostId, number>()

  /** An operation only listens to the host it was given; what it no longer awaits decides to nothing. */
  const takeResult = async (result: GuestResult, trace: Trace) => {
    const stream = operationStream(result.operationId)
    const { state } = await handler.load(operation, stream, sinceItsBeginning)
    if (!hasBegun(state)) {
      log.warn({ hostId: result.hostId, operationId: result.operationId }, 'a host answered for no operation')
      return
    }
    const { instanceId, projectId } = state.subject
    const context = {
      ...contextOf(result, result.hostId, trace),
      correlationId: result.operationId,
      projectId,
      instanceId,
    }
    const command = { type: 'HandleGuestResult', result, now: isoNow(clock) } as const
    const handled = await handler.handle(operation, stream, command, context)
    if (!isOfHost(handled.state, result.hostId)) {
      log.warn(
        { hostId: result.hostId, operationId: result.operationId },
        'a host answered for an operation not its own',
      )
    }
  }

  /** The word of a lost host from before it was lost: only its heartbeats bring it back. */
  const isOfLostHost = async (hostId: HostId, sequence: number | undefined): Promise<boolean> => {
    const { state } = await handler.load(host, hostStream(hostId))
    return sequence !== undefined && state.status === 'LOST' && sequence <= state.channel.heard
  }

  const takeHealth = async (report: HealthReport, trace: Trace, sequence: number | undefined) => {
    const { hostId, instanceId, nodeId, health, reason, epoch = 0, volumeStage, incident } = report
    const stream = instanceStream(instanceId)
    const { state } = await handler.load(instance, stream, sinceItsBeginning)
    if (state.status === 'ABSENT') {
      log.warn({ hostId, instanceId }, 'a host reported the health of no instance')
      return
    }
    if (state.health === 'UNREACHABLE' && (await isOfLostHost(hostId, sequence))) return
    const context = {
      ...contextOf(report, hostId, trace),
      projectId: state.projectId,
      instanceId,
    }
    await handler.handle(
      instance,
      stream,
      { type: 'ReportHealth', nodeId, hostId, health, reason, epoch, volumeStage, incident, sequence },
      context,
    )
  }

  /** The numbers that a host has seen go before those of the log; what it has and the log does not know of is listed. */
  const takeHolding = async (
    { nodeId, instanceId, epoch, held }: HoldingsReport['holdings'][number],
    { hostId, sequence }: { readonly hostId: HostId; readonly sequence: number | undefined },
    context: CommandContext,
  ): Promise<{ readonly gone: boolean }> => {
    const node = { nodeId, hostId }
    const stream = instanceStream(instanceId)
    const { state } = await handler.load(instance, stream)
    const gone = held !== null && isDone(state, { ...node, nodeGeneration: held.nodeGeneration })
    if (state.status !== 'ABSENT' && state.status !== 'DELETED' && hasNode(state, node)) {
      const generation = Math.max(held?.generation ?? 0, 0)
      const by = { ...context, projectId: state.projectId, instanceId }
      await handler.handle(instance, stream, { type: 'RaiseNumbers', ...node, epoch, generation }, by)
      return { gone }
    }
    if (held && (await removeLeftover({ handler, clock }, state, { ...node, epoch }, context))) return { gone }
    const told = held && {
      nodeGeneration: held.nodeGeneration,
      label: held.label,
      running: held.running,
      port: held.port,
      generation: held.generation,
      epoch,
    }
    const command: HostCommand = told
      ? { type: 'ReportUnlisted', ...node, instanceId, found: told, sequence }
      : { type: 'SettleUnlisted', ...node, instanceId, sequence }
    await handler.handle(host, hostStream(hostId), command, context)
    return { gone }
  }

  /** No event, as it says nothing that the log does not: a host that does not get it goes by what it was told last, and asks again. */
  const answerHoldings = async ({ hostId, reportId }: HoldingsReport, gone: NodeId[]): Promise<void> => {
    const answer: HoldingsAnswer = { kind: holdingsAnswer, hostId, reportId, gone }
    const message = {
      topic: agentCommandsTopic(hostId),
      key: hostId,
      value: JSON.stringify(answer),
      headers: { type: holdingsAnswer },
    }
    await bus
      .publish([channel.sign(message)])
      .catch((error: unknown) =>
        log.warn({ err: error, hostId }, 'a host could not be told which of its nodes are gone'),
      )
  }

  const takeHoldings = async (report: HoldingsReport, trace: Trace, sequence: number | undefined) => {
    const { hostId, holdings } = report
    const gone: NodeId[] = []
    for (const [index, holding] of holdings.entries()) {
      const { instanceId, nodeId } = holding
      const commandId = parseCommandId(deriveId('report', report.reportId, String(index)))
      const by = { ...contextOf(report, hostId, trace), commandId }
      const take = () => takeHolding(holding, { hostId, sequence }, by)
      if ((await leaveOutUnreadable(log, { hostId, instanceId }, take))?.gone) gone.push(nodeId)
    }
    if (report.asks) await answerHoldings(report, gone)
  }

  const takeOffer = async (report: Offer, trace: Trace, sequence: number | undefined) => {
    const { hostId, keys } = report
    await handler.handle(
      host,
      hostStream(hostId),
      { type: 'OfferSealingKeys', hostId, keys, sequence },
      contextOf(report, hostId, trace),
    )
  }

  const takeOfInstance = async (
    report: ConfigurationReport | AccountsReport,
    command: InstanceCommand,
    trace: Trace,
  ): Promise<void> => {
    const { hostId, instanceId } = report
    const stream = instanceStream(instanceId)
    const { state } = await handler.load(instance, stream, sinceItsBeginning)
    if (state.status === 'ABSENT') return
    const context = { ...contextOf(report, hostId, trace), projectId: state.projectId, instanceId }
    await handler.handle(instance, stream, command, context)
  }

  const takeConfiguration = (report: ConfigurationReport, trace: Trace): Promise<void> => {
    const { hostId, nodeId, effective, refusal } = report
    return takeOfInstance(report, { type: 'ReportConfiguration', nodeId, hostId, effective, refusal }, trace)
  }

  const takeAccounts = (report: AccountsReport, trace: Trace): Promise<void> => {
    const { hostId, nodeId, databases, users } = report
    return takeOfInstance(report, { type: 'ReportAccounts', nodeId, hostId, told: { databases, users } }, trace)
  }

  const takeParameters = async (report: ParametersReport, trace: Trace) => {
    const { hostId, datastore, version, format, parameters: found } = report
    const stream = parametersStream(parametersIdOf(datastore, version))
    const command = { type: 'RecordParameters', datastore, version, format, parameters: found } as const
    await handler.handle(parameters, stream, command, contextOf(report, hostId, trace))
  }

  const take = (attested: Attested<AgentReport>, trace: Trace): Promise<void> => {
    const { value: report, hostId } = attested
    const sequence = attested.signature?.sequence
    switch (report.type) {
      case 'succeeded':
      case 'failed':
      case 'progress':
        return takeResult(report, trace)
      case 'health':
        return takeHealth(report, trace, sequence)
      case 'sealing-keys':
        return takeOffer(report, trace, sequence)
      case 'configuration':
        return takeConfiguration(report, trace)
      case 'accounts':
        return takeAccounts(report, trace)
      case 'parameters':
        return takeParameters(report, trace)
      case 'holdings':
        return takeHoldings(report, trace, sequence)
      case 'registered':
        return takeRegistration({ ...attested, value: report }, contextOf(report, hostId, trace))
      default:
        return unreachable(report)
    }
  }

  return async (message: IncomingMessage): Promise<void> => {
    const attested = await attest(message, statement)
    if (attested === null) return
    const { value: report, hostId, by, signature } = attested
    const sequence = by === 'host' && isOfState(report) ? signature?.sequence : undefined
    if (sequence !== undefined && sequence <= (sequences.get(hostId) ?? 0)) {
      distrust.drop('repeated', { hostId, type: report.type })
      return
    }
    const answer = 'commandId' in report ? report : null
    const step = {
      parent: traceOf(message, answer?.traceparent),
      // What an agent says by itself has no cause but the host.
      mayBegin: answer === null,
      kind: 'consumer',
      attributes: {
        'messaging.destination.name': message.topic,
        'coffer.report.id': report.reportId,
        'coffer.command.id': answer?.commandId,
        'coffer.operation.id': answer?.operationId,
        'coffer.instance.id': 'instanceId' in report ? report.instanceId : null,
        'coffer.host.id': hostId,
      },
    } as const
    await inSpan(tracer, `take ${report.type}`, step, (span) => take(attested, span.traceparent))
    if (sequence !== undefined) sequences.set(hostId, sequence)
  }
}
