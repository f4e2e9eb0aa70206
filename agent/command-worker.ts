import { type GuestCommand, laneOf } from '../domain/guest/command.ts'
import type { AgentReport, GuestFacts } from '../domain/guest/report.ts'
import type { CommandId, HostId } from '../domain/ids.ts'
import type { KnownFault } from '../domain/values/fault.ts'
import { isoNow } from '../kernel/clock.ts'
import type { Kernel } from '../kernel/kernel.ts'
import { noTracer, type Tracer } from '../kernel/tracer.ts'
import { excludes, supersedes } from './command-lanes.ts'
import { CommandEnded, deadlineExceeded, staleEpoch, toFault } from './faults.ts'
import type { Journal, TakenCommand } from './journal/journal.ts'
import type { OutcomeContext } from './outcomes/outcome.ts'
import type { Reporter } from './reporter.ts'

export type CommandWorkerDeps = Pick<Kernel, 'clock' | 'timers' | 'ids' | 'log'> & {
  readonly hostId: HostId
  readonly journal: Journal
  readonly reporter: Reporter
  /** Of each lane: shared work that waits for an engine does not keep others from being restarted. */
  readonly maxConcurrent: number
  /** Default: the work is not traced; the trace of a command goes with its result all the same. */
  readonly tracer?: Tracer
  /** What is left of a report that may leave the host; the journal sees to those that it keeps. Default: all of it. */
  readonly cleanse?: (report: AgentReport) => AgentReport
  readonly makeTrue: (command: GuestCommand, context: OutcomeContext) => Promise<GuestFacts | undefined>
}

export type CommandWorker = {
  /** Works on the command when its turn comes. What it supersedes gives way. */
  take(command: TakenCommand): void
  /** Breaks off what is being worked on; it stays pending in the journal, and so does what waits. */
  stop(): Promise<void>
}

type Ending = { readonly facts?: GuestFacts | undefined } | { readonly fault: KnownFault }
type Running = { readonly command: TakenCommand; readonly ending: AbortController; readonly ended: Promise<void> }

const journalRetryMs = 500
const superseded: KnownFault = {
  code: 'SUPERSEDED',
  message: 'a newer command for the same node took its place',
  retryable: false,
}

/** For each node one exclusive command at a time, in the order they came, and shared ones beside it; nodes side by side. */
export const createCommandWorker = (deps: CommandWorkerDeps): CommandWorker => {
  const { hostId, journal, reporter, clock, timers, ids, log, tracer = noTracer, cleanse = (report) => report } = deps
  const waiting: TakenCommand[] = []
  const running = new Map<CommandId, Running>()
  const stopping = new AbortController()

  const finish = (command: GuestCommand, outcome: Ending): void => {
    const answers = {
      reportId: ids.next(),
      at: isoNow(clock),
      commandId: command.commandId,
      operationId: command.operationId,
      instanceId: command.instanceId,
      nodeId: command.nodeId,
      hostId,
      ...(command.traceparent && { traceparent: command.traceparent }),
    }
    const report: AgentReport =
      'fault' in outcome
        ? { type: 'failed', ...answers, fault: outcome.fault }
        : { type: 'succeeded', ...answers, ...(outcome.facts ? { facts: outcome.facts } : {}) }
    journal.complete(command, report)
    reporter.wake()
  }

  /**
   * Until the journal takes it: who waits for the result would else wait for its deadline, though the disk may have room again in a
   * moment. When the agent stops first, the command stays pending and is run again at the next start.
   */
  const finishPatiently = async (command: GuestCommand, outcome: Ending): Promise<void> => {
    for (;;) {
      try {
        return finish(command, outcome)
      } catch (error) {
        log.error({ commandId: command.commandId, err: error }, 'the result of a command cannot be written for now')
        if (stopping.signal.aborted) return
        await timers.sleep(journalRetryMs, { signal: stopping.signal, ref: false }).catch(() => {})
      }
    }
  }

  /** Its result belongs to the span of the work, which is in the trace of the command. */
  const work = async (command: TakenCommand, ending: AbortController): Promise<void> => {
    const { attempt, ...asked } = command
    const span = tracer.start(`agent ${command.payload.kind}`, {
      parent: command.traceparent,
      kind: 'consumer',
      attributes: {
        'coffer.command.kind': command.payload.kind,
        'coffer.command.attempt': attempt,
        'coffer.command.id': command.commandId,
        'coffer.operation.id': command.operationId,
        'coffer.instance.id': command.instanceId,
        'coffer.node.id': command.nodeId,
        'coffer.host.id': hostId,
      },
    })
    span.end(await carryOut({ ...asked, traceparent: span.traceparent }, ending))
  }

  /** Answers what kept it from its end, which is told by then unless the agent stops. */
  const carryOut = async (
    command: GuestCommand,
    ending: AbortController,
  ): Promise<KnownFault | CommandEnded | undefined> => {
    const { commandId, instanceId, nodeId, operationId, payload, deadline, traceparent } = command
    const leftMs = Date.parse(deadline) - clock.now()
    if (leftMs <= 0) {
      const fault = deadlineExceeded(deadline, false)
      await finishPatiently(command, { fault })
      return fault
    }
    // A timer holds at most 2^31 milliseconds; nobody waits for 24 days.
    const timer = timers.after(Math.min(leftMs, 2 ** 31 - 1), () => ending.abort(new CommandEnded('deadline')))
    const startedAt = clock.elapsedMs()
    const progress = (fraction: number, message: string): void => {
      const at = isoNow(clock)
      const answers = { commandId, operationId, instanceId, nodeId, hostId }
      const report: AgentReport = {
        type: 'progress',
        reportId: ids.next(),
        at,
        ...answers,
        progress: fraction,
        message,
        ...(traceparent && { traceparent }),
      }
      reporter.progress({ key: operationId, body: JSON.stringify(cleanse(report)), traceparent })
    }
    try {
      const { nodeGeneration } = command
      const about = { nodeId, instanceId, nodeGeneration }
      const facts = await deps.makeTrue(command, { ...about, signal: ending.signal, progress })
      await finishPatiently(command, { facts })
      log.info(
        { commandId, instanceId, nodeId, kind: payload.kind, tookMs: Math.round(clock.elapsedMs() - startedAt) },
        'done',
      )
      return undefined
    } catch (error) {
      const ended = ending.signal.aborted ? ending.signal.reason : null
      if (ended instanceof CommandEnded && ended.why === 'stopping') return ended
      const fault = ended instanceof CommandEnded ? endedFault(command, ended, error) : toFault(error)
      await finishPatiently(command, { fault })
      log.warn({ commandId, instanceId, nodeId, kind: payload.kind, fault: fault.code, err: error }, 'failed')
      return fault
    } finally {
      timer.cancel()
    }
  }

  const endedFault = (command: GuestCommand, { why }: CommandEnded, last: unknown): KnownFault =>
    why === 'deadline' ? deadlineExceeded(command.deadline, true, last) : superseded

  const mayBegin = (command: TakenCommand, earlier: readonly TakenCommand[]): boolean => {
    const others = [...running.values()].map((one) => one.command)
    const ofItsLane = others.filter((other) => laneOf(other) === laneOf(command))
    return ofItsLane.length < deps.maxConcurrent && ![...others, ...earlier].some((other) => excludes(command, other))
  }

  const startNext = (): void => {
    for (let index = 0; index < waiting.length && !stopping.signal.aborted; ) {
      const command = waiting[index]
      if (!command || !mayBegin(command, waiting.slice(0, index))) {
        index += 1
        continue
      }
      waiting.splice(index, 1)
      const ending = new AbortController()
      const ended = work(command, ending).finally(() => {
        running.delete(command.commandId)
        startNext()
      })
      running.set(command.commandId, { command, ending, ended })
    }
  }

  return {
    take: (command) => {
      for (const older of waiting.filter((candidate) => supersedes(command, candidate))) {
        waiting.splice(waiting.indexOf(older), 1)
        const isOfItsLane = laneOf(older) === laneOf(command)
        void finishPatiently(older, { fault: isOfItsLane ? staleEpoch(older, command.epoch) : superseded })
      }
      for (const { command: older, ending } of running.values()) {
        if (supersedes(command, older)) ending.abort(new CommandEnded('superseded'))
      }
      waiting.push(command)
      startNext()
    },
    stop: async () => {
      stopping.abort()
      const ending = [...running.values()]
      for (const { ending: controller } of ending) controller.abort(new CommandEnded('stopping'))
      await Promise.all(ending.map(({ ended }) => ended))
    },
  }
}
