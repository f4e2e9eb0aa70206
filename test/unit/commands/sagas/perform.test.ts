import { expect, it } from 'vitest'
import type { Handler } from '../../../../commands/handle.ts'
import { perform } from '../../../../commands/sagas/perform.ts'
import { systemContext } from '../../../../commands/system-context.ts'
import type { Reaction } from '../../../../domain/reactions/reaction.ts'
import { backupId, scheduleId } from '../../domain/samples.ts'

const now = '2030-01-01T00:00:00.000Z'

/** The command that a reaction becomes. */
const performed = async (reaction: Reaction): Promise<unknown> => {
  const commands: unknown[] = []
  const handle = async (_target: unknown, _stream: unknown, command: unknown) => {
    commands.push(command)
    return { outcome: 'done', position: null, events: [] }
  }
  const dependencies = { handler: { handle } as unknown as Handler, clock: { now: () => Date.parse(now) } }
  await perform(dependencies, reaction, systemContext('sagas', backupId(9)))
  expect(commands).toHaveLength(1)
  return commands[0]
}

it('gives the time to the commands that take it', async () => {
  const keep = { type: 'KeepBackup', backupId: backupId() } as const
  expect(await performed({ target: 'schedule', id: scheduleId(), command: keep })).toEqual({ ...keep, now })
  const retire = { type: 'RetireBackup' } as const
  expect(await performed({ target: 'backup', id: backupId(), command: retire })).toEqual({ ...retire, now })
})

it('adds nothing to the other commands, as an event may store all that a command says', async () => {
  const remove = { type: 'DeleteSchedule', reason: 'INSTANCE_DELETED' } as const
  expect(await performed({ target: 'schedule', id: scheduleId(), command: remove })).toEqual(remove)
})
