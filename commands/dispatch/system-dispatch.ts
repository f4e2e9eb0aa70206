import { type OperationId, parseCommandId } from '../../domain/ids.ts'
import type { Actor } from '../../domain/metadata.ts'
import type { OrdinaryAnswer, OrdinaryCommand } from '../../domain/ordinary-command.ts'
import type { OwnRequest } from '../../domain/reactions/reaction.ts'
import { deriveIdAt } from '../../kernel/ids.ts'
import { UnreadableHistory } from '../history.ts'
import { attachConfiguration } from '../public/attach-configuration.ts'
import { createBackup } from '../public/create-backup.ts'
import type { AnswerOf, CommandDefinition, Job, OwnDispatchDependencies } from '../public/definition.ts'
import { deleteInstance, restartInstance, startInstance, stopInstance } from '../public/instance-operations.ts'
import { requestIds } from '../request-ids.ts'
import { checkCommand } from './check-command.ts'
import { createJob } from './job.ts'

/** A method, so that it is one whatever its input is: it is only given what its own schema has parsed. */
type OwnCommand = Pick<CommandDefinition, 'name' | 'role' | 'input'> & {
  carryOut(
    dependencies: OwnDispatchDependencies,
    job: Job,
    input: Readonly<Record<string, unknown>>,
  ): Promise<AnswerOf<{ readonly operationId: OperationId | null }>>
}

/** The public commands that Coffer may send of its own accord, as they are defined for everybody. */
export const ownCommands = {
  RestartInstance: restartInstance,
  StopInstance: stopInstance,
  StartInstance: startInstance,
  DeleteInstance: deleteInstance,
  AttachConfiguration: attachConfiguration,
  CreateBackup: createBackup,
} as const satisfies Readonly<Record<OrdinaryCommand['type'], OwnCommand>>

export type SystemDispatch = (
  request: Pick<OwnRequest, 'by' | 'projectId' | 'command' | 'identity'>,
  facts: { readonly causationId: string; readonly traceparent?: string | undefined; readonly signal: AbortSignal },
) => Promise<OrdinaryAnswer>

/**
 * Sends a public command for an event that leads to one. The same identity is the same command, however often it is sent: what it began is answered
 * again. A refusal has changed nothing, and the repeat is decided again. Throws `EventStoreUnavailable`.
 */
export const createSystemDispatch =
  (dependencies: OwnDispatchDependencies): SystemDispatch =>
  async ({ by, projectId, command, identity }, { causationId, traceparent, signal }) => {
    const actor: Actor = { kind: 'system', name: by }
    const { type, ...given } = command
    const definition: OwnCommand = ownCommands[type]
    const checked = checkCommand(definition, given, { actor })
    if (!checked.ok) return { accepted: false, rejection: checked.rejection }
    const ids = requestIds(parseCommandId(deriveIdAt(Date.parse(identity.at), by, projectId, type, ...identity.parts)))
    const job = createJob(definition.name, { actor, traceparent, signal }, { projectId }, ids, true)
    const caused = { ...job, context: { ...job.context, causationId } }
    try {
      const answer = await definition.carryOut(dependencies, caused, checked.input)
      return answer.accepted
        ? { accepted: true, operationId: answer.operationId }
        : { accepted: false, rejection: answer.rejection }
    } catch (error) {
      if (error instanceof UnreadableHistory) return { accepted: false, rejection: error.rejection }
      throw error
    }
  }
