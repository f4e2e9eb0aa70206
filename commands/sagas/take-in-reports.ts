import { unreachable } from '../../domain/decider.ts'
import { fleet, fleetStream } from '../../domain/fleet/index.ts'
import { type AgentReport, agentReportSchema, type GuestResult } from '../../domain/guest/report.ts'
import { type HostCommand, host, hostStream } from '../../domain/host/index.ts'
import { type HostId, parseCommandId } from '../../domain/ids.ts'
import { instance, instanceStream } from '../../domain/instance/index.ts'
import { hasBegun, type OperationState, operation, operationStream } from '../../domain/operation/index.ts'
import { isoNow, type WallClock } from '../../kernel/clock.ts'
import { deriveId } from '../../kernel/ids.ts'
import type { Log } from '../../kernel/log.ts'
import { inSpan, noTracer, type Tracer } from '../../kernel/tracer.ts'
import type { CommandContext, Handler } from '../handle.ts'
import { UnreadableHistory } from '../history.ts'
import type { IncomingMessage } from '../ports/message-bus.ts'
import { traceOf } from './message-trace.ts'
import { parseMessage } from './parse-message.ts'
import { removeLeftover } from './remove-leftover.ts'

export type ReportDependencies = {
  readonly handler: Handler
  readonly clock: WallClock
  readonly log: Log
  /** Default: steps are not traced. */
  readonly tracer?: Tracer
}

type Trace = string | undefined
type HealthReport = Extract<AgentReport, { readonly type: 'health' }>
type Offer = Extract<AgentReport, { readonly type: 'sealing-keys' }>
type HoldingsReport = Extract<AgentReport, { readonly type: 'holdings' }>
type Registration = Extract<AgentReport, { readonly type: 'registered' }>

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
export const createReportHandler = ({ handler, clock, log, tracer = noTracer }: ReportDependencies) => {
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

  const takeHealth = async (report: HealthReport, trace: Trace) => {
    const { hostId, instanceId, health, reason, epoch = 0, volumeStage, incident } = report
    const stream = instanceStream(instanceId)
    const { state } = await handler.load(instance, stream, sinceItsBeginning)
    if (state.status === 'ABSENT') {
      log.warn({ hostId, instanceId }, 'a host reported the health of no instance')
      return
    }
    const context = {
      ...contextOf(report, hostId, trace),
      projectId: state.projectId,
      instanceId,
    }
    await handler.handle(
      instance,
      stream,
      { type: 'ReportHealth', hostId, health, reason, epoch, volumeStage, incident },
      context,
    )
  }

  /** The numbers that a host has seen go before those of the log; what it has and the log does not know of is listed. */
  const takeHolding = async (
    { instanceId, epoch, held }: HoldingsReport['holdings'][number],
    hostId: HostId,
    context: CommandContext,
  ): Promise<void> => {
    const stream = instanceStream(instanceId)
    const { state } = await handler.load(instance, stream)
    if (state.status !== 'ABSENT' && state.status !== 'DELETED' && state.hostId === hostId) {
      const generation = Math.max(held?.generation ?? 0, 0)
      const by = { ...context, projectId: state.projectId, instanceId }
      await handler.handle(instance, stream, { type: 'RaiseNumbers', hostId, epoch, generation }, by)
      return
    }
    if (held && (await removeLeftover({ handler, clock }, state, { hostId, epoch }, context))) return
    const told = held && {
      label: held.label,
      running: held.running,
      port: held.port,
      generation: held.generation,
      epoch,
    }
    const command: HostCommand = told
      ? { type: 'ReportUnlisted', hostId, instanceId, found: told }
      : { type: 'SettleUnlisted', hostId, instanceId }
    await handler.handle(host, hostStream(hostId), command, context)
  }

  const takeHoldings = async (report: HoldingsReport, trace: Trace) => {
    const { hostId, holdings } = report
    for (const [index, holding] of holdings.entries()) {
      const { instanceId } = holding
      const commandId = parseCommandId(deriveId('report', report.reportId, String(index)))
      try {
        await takeHolding(holding, hostId, { ...contextOf(report, hostId, trace), commandId })
      } catch (error) {
        // It concerns no other instance of the host.
        if (!(error instanceof UnreadableHistory) || error.fault.stream !== instanceStream(instanceId)) throw error
        log.warn({ hostId, instanceId, err: error }, 'what a host has of an instance is left out')
      }
    }
  }

  const isRemoved = async (hostId: HostId): Promise<boolean> =>
    (await handler.load(host, hostStream(hostId))).state.status === 'REMOVED'

  /** Why the host cannot have the name; null when it has it. */
  const takeName = async (hostId: HostId, name: string, context: CommandContext): Promise<string | null> => {
    const taken = await handler.handle(fleet, fleetStream, { type: 'TakeHostName', hostId, name }, context)
    return taken.outcome === 'accepted' ? null : taken.rejection.message
  }

  const takeRegistration = async (report: Registration, trace: Trace) => {
    const { host: description, refusal = null, reportId } = report
    const { hostId, name } = description
    const context = contextOf(report, hostId, trace)
    const registration = { description, refusal, reportId }
    const nameRefusal = (await isRemoved(hostId)) ? null : await takeName(hostId, name, context)
    const told: HostCommand = nameRefusal
      ? { type: 'RefuseRegistration', ...registration, reason: nameRefusal }
      : { type: 'RegisterHost', ...registration }
    const handled = await handler.handle(host, hostStream(hostId), told, context)
    // It was removed since it was looked at, and its name may have been free already.
    if (handled.state.status === 'REMOVED') {
      await handler.handle(fleet, fleetStream, { type: 'ReleaseHostName', hostId }, context)
    }
    if (handled.state.refusal !== null) {
      log.warn({ hostId, name, refusal: handled.state.refusal }, 'the registration of a host was refused')
    }
  }

  const takeOffer = async (report: Offer, trace: Trace) => {
    const { hostId, keys } = report
    await handler.handle(
      host,
      hostStream(hostId),
      { type: 'OfferSealingKeys', hostId, keys },
      contextOf(report, hostId, trace),
    )
  }

  const take = (report: AgentReport, trace: Trace): Promise<void> => {
    switch (report.type) {
      case 'succeeded':
      case 'failed':
      case 'progress':
        return takeResult(report, trace)
      case 'health':
        return takeHealth(report, trace)
      case 'sealing-keys':
        return takeOffer(report, trace)
      case 'holdings':
        return takeHoldings(report, trace)
      case 'registered':
        return takeRegistration(report, trace)
      default:
        return unreachable(report)
    }
  }

  return async (message: IncomingMessage): Promise<void> => {
    const report = parseMessage(message, agentReportSchema)
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
        'coffer.host.id': 'hostId' in report ? report.hostId : report.host.hostId,
      },
    } as const
    await inSpan(tracer, `take ${report.type}`, step, (span) => take(report, span.traceparent))
  }
}
