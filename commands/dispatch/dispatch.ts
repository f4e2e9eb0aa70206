import type { ProjectId } from '../../domain/ids.ts'
import { parseProjectId } from '../../domain/ids.ts'
import type { Actor } from '../../domain/metadata.ts'
import type { IdSource } from '../../kernel/ids.ts'
import type { AnswerTo, Dispatch, DispatchRequest, PublicCommand } from '../api.ts'
import { UnreadableHistory } from '../history.ts'
import { type CommandDefinition, type DispatchDependencies, refused } from '../public/definition.ts'
import { publicCommands } from '../public/registry.ts'
import { reachOf } from './authorise.ts'
import { type CheckedInput, checkCommand } from './check-command.ts'
import { createIdempotency } from './idempotency.ts'
import { createJob } from './job.ts'
import { noteWrites } from './note-writes.ts'

/** Where keys of the control plane's own commands are kept apart from everybody's. */
const systemProject = parseProjectId('coffer-system')

const projectOf = (actor: Actor): ProjectId => (actor.kind === 'user' ? actor.projectId : systemProject)

type Checked = CheckedInput & { readonly definition: CommandDefinition }

export const checkRequest = ({ command, ...facts }: DispatchRequest): Checked => {
  const { type, ...given } = command
  const definition: CommandDefinition = publicCommands[type]
  return { definition, ...checkCommand(definition, given, facts) }
}

/** The one way to write. See `Dispatch` for what it promises. */
export const createDispatch = (dependencies: DispatchDependencies & { readonly ids: IdSource }): Dispatch => {
  const idempotency = createIdempotency(dependencies)
  return async <Command extends PublicCommand>(request: DispatchRequest<Command>) => {
    request.signal.throwIfAborted()
    const checked = checkRequest(request)
    if (!checked.ok) return refused(checked.rejection)
    const { definition, input } = checked
    const { handler, written } = noteWrites(dependencies.handler)
    try {
      const answer = await idempotency.run(request, projectOf(request.actor), (ids, repeat) =>
        definition.carryOut(
          { ...dependencies, handler },
          createJob(definition.name, request, reachOf(request.actor), ids, repeat),
          input,
        ),
      )
      // The definition that the registry has under the command's name made it.
      return (answer.accepted ? { ...answer, written: written() } : answer) as AnswerTo<Command>
    } catch (error) {
      if (error instanceof UnreadableHistory) return refused(error.rejection)
      throw error
    }
  }
}
