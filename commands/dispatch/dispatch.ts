import type { ProjectId } from '../../domain/ids.ts'
import { parseProjectId } from '../../domain/ids.ts'
import type { Actor } from '../../domain/metadata.ts'
import { allFaults, type Rejection } from '../../domain/rejection.ts'
import { idempotencyKeyRefusal } from '../../domain/values/names.ts'
import type { IdSource } from '../../kernel/ids.ts'
import type { AnswerTo, Dispatch, DispatchRequest, PublicCommand } from '../api.ts'
import { UnreadableHistory } from '../history.ts'
import { type CommandDefinition, type DispatchDependencies, refused } from '../public/definition.ts'
import { inputFaults } from '../public/input.ts'
import { publicCommands } from '../public/registry.ts'
import { reachOf, refusalOfProject, refusalOfRole } from './authorise.ts'
import { createIdempotency } from './idempotency.ts'
import { createJob } from './job.ts'

/** Where keys of the control plane's own commands are kept apart from everybody's. */
const systemProject = parseProjectId('coffer-system')

const projectOf = (actor: Actor): ProjectId => (actor.kind === 'user' ? actor.projectId : systemProject)

type Checked =
  | { readonly ok: true; readonly definition: CommandDefinition; readonly input: Readonly<Record<string, unknown>> }
  | { readonly ok: false; readonly rejection: Rejection }

const wrong = (rejection: Rejection): Checked => ({ ok: false, rejection })

/** All that can be told of a request before anything is loaded: role, shape, project, values. */
export const checkRequest = ({ command, actor, idempotencyKey }: DispatchRequest): Checked => {
  const { type, ...given } = command
  const definition: CommandDefinition = publicCommands[type]
  const forbidden = refusalOfRole(definition, actor)
  if (forbidden) return wrong(forbidden)
  const parsed = definition.input.safeParse(given)
  if (!parsed.success)
    return wrong(allFaults(inputFaults(parsed.error)) ?? { code: 'INVALID_INPUT', message: parsed.error.message })
  const input = parsed.data
  const rejection =
    refusalOfProject(input, actor) ??
    definition.forbids?.(input, actor) ??
    allFaults([
      ...(definition.faults?.(input) ?? []),
      idempotencyKey === undefined ? null : idempotencyKeyRefusal(idempotencyKey),
    ])
  return rejection ? wrong(rejection) : { ok: true, definition, input }
}

/** The one way to write. See `Dispatch` for what it promises. */
export const createDispatch = (dependencies: DispatchDependencies & { readonly ids: IdSource }): Dispatch => {
  const idempotency = createIdempotency(dependencies)
  return async <Command extends PublicCommand>(request: DispatchRequest<Command>) => {
    request.signal.throwIfAborted()
    const checked = checkRequest(request)
    if (!checked.ok) return refused(checked.rejection)
    const { definition, input } = checked
    try {
      const answer = await idempotency.run(request, projectOf(request.actor), (ids, repeat) =>
        definition.carryOut(dependencies, createJob(request, reachOf(request.actor), ids, repeat), input),
      )
      // The definition that the registry has under the command's name made it.
      return answer as AnswerTo<Command>
    } catch (error) {
      if (error instanceof UnreadableHistory) return refused(error.rejection)
      throw error
    }
  }
}
