import { z } from 'zod'
import { defineEvent, type EventOf } from '../event-definition.ts'
import { guestCommandSchema } from '../guest/command.ts'
import { commandIdSchema, hostIdSchema, nodeIdSchema, operationIdSchema } from '../ids.ts'
import { operationKindSchema } from '../instance/operations.ts'
import { faultSchema } from '../values/fault.ts'
import { userSpecSchema } from '../values/instance-spec.ts'
import { stepResultSchema, stepResultsSchema } from './process.ts'
import { operationSubjectSchema } from './subject.ts'

export const outcomes = ['SUCCEEDED', 'FAILED', 'CANCELLED'] as const

export const operationEvents = {
  /** `steps`: what is going to be done, in order. `commandIds`: of the guest commands of all steps and of those that undo them, by step. */
  OperationStarted: defineEvent(
    1,
    z.object({
      operationId: operationIdSchema,
      kind: operationKindSchema,
      subject: operationSubjectSchema,
      steps: z.array(z.string()),
      commandIds: z.record(z.string(), commandIdSchema),
      /** By then the steps are over; the time from here to `deadline` is kept for undoing them. */
      forwardDeadline: z.iso.datetime(),
      /** By then the operation has ended, whatever happens. */
      deadline: z.iso.datetime(),
      traceparent: z.string().optional(),
    }),
  ),
  OperationStepStarted: defineEvent(
    1,
    z.object({
      step: z.string(),
      deadline: z.iso.datetime(),
      compensating: z.boolean(),
      /** Absent: the first. */
      attempt: z.int().min(2).optional(),
    }),
  ),
  /** The relay passes it to the agent's topic. */
  GuestCommandIssued: defineEvent(1, z.object({ step: z.string(), command: guestCommandSchema })),
  /** `progress`: 0 to 1. */
  OperationStepProgressed: defineEvent(
    1,
    z.object({
      step: z.string(),
      progress: z.number(),
      message: z.string(),
      at: z.iso.datetime().optional(),
      /** Until when the step has time now. Absent: as before. */
      deadline: z.iso.datetime().optional(),
    }),
  ),
  /** `result`: what the agent has told of it, where its definition keeps that. `deferred`: its host is lost, and carries it out when it is back. */
  OperationStepCompleted: defineEvent(
    1,
    z.object({ step: z.string(), result: stepResultSchema.optional(), deferred: z.boolean().optional() }),
  ),
  /** The host that the step in hand waits for counts as lost. `deadline`: until when it, or another host in its place, is waited for. */
  OperationHostLost: defineEvent(1, z.object({ hostId: hostIdSchema, deadline: z.iso.datetime() })),
  /** Another host begins again with the first step, with a node of its own. `from` is to remove what it has of the instance. `epoch`: of the commands for the new host. */
  OperationMoved: defineEvent(
    1,
    z.object({
      operationId: operationIdSchema,
      from: hostIdSchema,
      nodeId: nodeIdSchema,
      hostId: hostIdSchema,
      sealingKey: z.int().positive().nullable(),
      users: z.array(userSpecSchema),
      epoch: z.int().positive(),
      commandIds: z.record(z.string(), commandIdSchema),
    }),
  ),
  /** It failed for a reason that may pass. `attempt`: the number of the next, which begins at `at`. */
  OperationStepRetried: defineEvent(
    1,
    z.object({ step: z.string(), fault: faultSchema, attempt: z.int().min(2), at: z.iso.datetime() }),
  ),
  OperationStepFailed: defineEvent(1, z.object({ step: z.string(), fault: faultSchema })),
  OperationCancellationRequested: defineEvent(1, z.object({ operationId: operationIdSchema })),
  /** The steps are over and what follows is settled; the instance is told next, and then the operation ends. */
  OperationOutcomeReached: defineEvent(
    1,
    z.object({
      operationId: operationIdSchema,
      outcome: z.enum(outcomes),
      fault: faultSchema.optional(),
      /** What the agent has told of the steps, those that undo included. Absent: nothing that is kept. */
      results: stepResultsSchema.optional(),
      /** Whether the compensation did all it had to. Absent where none was needed. */
      compensated: z.boolean().optional(),
      /** What the compensation has verified of the engine. Absent where nothing was undone. */
      undoneTo: z.enum(['ACTIVE', 'STOPPED']).optional(),
    }),
  ),
  OperationSucceeded: defineEvent(1, z.object({ operationId: operationIdSchema })),
  OperationFailed: defineEvent(1, z.object({ operationId: operationIdSchema, fault: faultSchema })),
  OperationCancelled: defineEvent(1, z.object({ operationId: operationIdSchema, fault: faultSchema })),
}

export type OperationEvent = EventOf<typeof operationEvents>
