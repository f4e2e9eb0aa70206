import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type InstanceCommand, type InstanceEvent, instance } from '../../../../domain/instance/index.ts'
import { operationKinds } from '../../../../domain/instance/operation-kinds.ts'
import { handleInTurn } from '../../../support/spec.ts'
import { hostId, nodeId } from '../samples.ts'
import { ask, complete, fail, requestInstance } from './history.ts'

const ordinal = fc.integer({ min: 1, max: 6 })

/** Of everybody, in any order, with ids that meet often enough. */
const anyCommand: fc.Arbitrary<InstanceCommand> = fc.oneof(
  fc.constant(requestInstance),
  fc.tuple(fc.constantFrom('restart', 'stop', 'start', 'delete'), ordinal).map(([type, n]) => ask(type, n)),
  fc.tuple(ordinal, fc.constantFrom(...operationKinds)).map(([n, kind]) => complete(n, kind)),
  fc.tuple(ordinal, fc.constantFrom(...operationKinds), fc.boolean()).map(([n, kind, done]) => fail(n, kind, done)),
  fc.constantFrom('shop', 'store').map((name) => ({ type: 'RenameInstance', name }) as const),
  fc
    .constantFrom('UNKNOWN', 'HEALTHY', 'UNHEALTHY', 'UNREACHABLE')
    .map(
      (health) =>
        ({ type: 'ReportHealth', nodeId: nodeId(), hostId: hostId(), health, reason: 'seen', epoch: 1 }) as const,
    ),
)
/** Begins with an instance, so that most commands meet one. */
const anyCommands = fc.array(anyCommand, { maxLength: 30 }).map((rest) => [requestInstance, ...rest])

const handleAll = (commands: readonly InstanceCommand[]) => handleInTurn(instance, commands)

const epochsOf = (log: readonly InstanceEvent[]): readonly number[] =>
  log.flatMap(({ data }) => ('epoch' in data ? [data.epoch] : []))

describe('an instance under any commands in any order', () => {
  it('does nothing more for a command that is sent a second time at once', () => {
    fc.assert(
      fc.property(anyCommands, (commands) => {
        expect(handleAll(commands.flatMap((command) => [command, command]))).toEqual(handleAll(commands))
      }),
    )
  })

  it('begins no operation twice, however late the request is repeated', () => {
    fc.assert(
      fc.property(anyCommands, (commands) => {
        const ids = handleAll([...commands, ...commands]).flatMap(({ data }) =>
          'deadline' in data ? [data.operationId] : [],
        )
        expect(new Set(ids).size).toBe(ids.length)
      }),
    )
  })

  it('gives every operation an epoch higher by two, so that undoing one is older than the next', () => {
    fc.assert(
      fc.property(anyCommands, (commands) => {
        const epochs = epochsOf(handleAll(commands))
        expect(epochs).toEqual(epochs.map((_, index) => 2 * index + 1))
      }),
    )
  })

  it('has at most one operation in progress: none begins before the one before it has ended', () => {
    fc.assert(
      fc.property(anyCommands, (commands) => {
        let inProgress: string | null = null
        for (const { data } of handleAll(commands)) {
          if (!('operationId' in data)) continue
          expect(inProgress).toBe('epoch' in data ? null : data.operationId)
          inProgress = 'epoch' in data ? data.operationId : null
        }
      }),
    )
  })

  it('stays DELETED once it is', () => {
    fc.assert(
      fc.property(anyCommands, (commands) => {
        const log = handleAll([...commands])
        const index = log.findIndex(({ type }) => type === 'InstanceDeleted')
        expect(index < 0 ? [] : log.slice(index + 1)).toEqual([])
      }),
    )
  })
})
