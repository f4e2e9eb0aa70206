import { readdirSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import type { CommandName, DispatchRequest } from '../../../commands/api.ts'
import { createDispatch } from '../../../commands/dispatch/dispatch.ts'
import type { CommandDefinition } from '../../../commands/public/definition.ts'
import { publicCommands } from '../../../commands/public/registry.ts'
import { parseHostId, parseProjectId } from '../../../domain/ids.ts'
import type { Actor, Role } from '../../../domain/metadata.ts'

const folder = new URL('../../../commands/public/', import.meta.url)
// The keys of a literal are no others.
const names = Object.keys(publicCommands) as readonly CommandName[]

/** A dispatch that may look at nothing but the request: whatever it asks for throws. */
const dispatch = createDispatch(
  new Proxy({} as Parameters<typeof createDispatch>[0], {
    get: (_target, dependency) =>
      new Proxy(
        {},
        {
          get: (_inner, part) => {
            throw new Error(`looked at ${String(dependency)}.${String(part)}`)
          },
        },
      ),
  }),
)
const projectId = parseProjectId('shop')
const userOf = (...roles: readonly Role[]): Actor => ({ kind: 'user', subject: 'u', projectId, roles: [...roles] })
const agent: Actor = { kind: 'agent', hostId: parseHostId('01a203e8-d15c-7003-b72b-009708214fd6') }

/** The code that the command with input of no command is refused with: what passes the check of roles fails at the next one. */
const codeFor = async (type: CommandName, actor: Actor): Promise<string> => {
  // Not a command of its type: that is what is asked here.
  const command = { type, ofNoCommand: true } as unknown as DispatchRequest['command']
  const answer = await dispatch({ command, actor, signal: new AbortController().signal })
  return answer.accepted ? 'ACCEPTED' : answer.rejection.code
}

const forAdmins: readonly CommandName[] = [
  'AdoptInstance',
  'CordonHost',
  'DefineFlavor',
  'DropDeadLetter',
  'ExcludeEvent',
  'IssueJoinToken',
  'RemoveHost',
  'RemoveUnlistedInstance',
  'ReplayDeadLetter',
  'RetireFlavor',
  'RevokeJoinToken',
  'SetDefaultDatastoreVersion',
  'SetQuota',
  'UncordonHost',
  'WithdrawDatastoreVersion',
]

describe('every public command', () => {
  it('that a file defines stands in the registry, under its own name', async () => {
    const files = readdirSync(folder).filter((file) => file !== 'registry.ts')
    const modules = await Promise.all(files.map((file) => import(new URL(file, folder).href)))
    const defined = modules
      .flatMap((module) => Object.values(module))
      .filter((value): value is CommandDefinition => typeof value === 'object' && value !== null && 'carryOut' in value)
    expect(defined.map(({ name }) => name).sort()).toEqual([...names].sort())
    for (const [name, definition] of Object.entries(publicCommands)) expect(definition.name).toBe(name)
  })

  it('is for admins where it is about more than one project', () => {
    expect(names.filter((name) => publicCommands[name].role === 'admin').sort()).toEqual(forAdmins)
  })

  it.each(names)('is refused to whoever has not its role, before anything is looked at: %s', async (name) => {
    for (const actor of [userOf(), userOf('reader'), agent]) expect(await codeFor(name, actor)).toBe('FORBIDDEN')
    expect(await codeFor(name, userOf('member'))).toBe(forAdmins.includes(name) ? 'FORBIDDEN' : 'INVALID_INPUT')
    expect(await codeFor(name, userOf('admin'))).toBe('INVALID_INPUT')
    expect(await codeFor(name, { kind: 'system', name: 'test' })).toBe('INVALID_INPUT')
  })

  it('says what each of its fields is', () => {
    for (const { input } of Object.values(publicCommands)) {
      for (const [field, schema] of Object.entries(input.shape)) {
        const inner = 'unwrap' in schema ? schema.unwrap() : schema
        expect(schema.meta()?.description ?? inner.meta()?.description, field).toBeTruthy()
      }
    }
  })
})

describe('an input', () => {
  const ask = (command: DispatchRequest['command'], actor = userOf('member')) =>
    dispatch({ command, actor, signal: new AbortController().signal })

  it('is told of everything that is wrong with it at once', async () => {
    const answer = await ask({ type: 'IssueToken', name: '', role: 'reader', expiresAt: 'tomorrow' })
    expect(answer).toMatchObject({
      rejection: { code: 'INVALID_INPUT', field: 'name', alsoWrong: [{ code: 'INVALID_INPUT', field: 'expiresAt' }] },
    })
  })

  it('is told of every field that does not fit', async () => {
    const wrong = { type: 'ResizeInstance', id: 'x', volumeGiB: 'much' } as never
    expect(await ask(wrong)).toMatchObject({
      rejection: {
        field: 'id',
        message: '"x" is not a valid instance id: expected a UUID',
        alsoWrong: [{ code: 'INVALID_INPUT', field: 'volumeGiB' }],
      },
    })
  })

  it('may not have fields that mean nothing, or name another project', async () => {
    const extra = { type: 'CreateInstance', name: 'a', datastore: 'postgresql', colour: 'red' } as never
    expect(await ask(extra)).toMatchObject({ rejection: { code: 'INVALID_INPUT' } })
    const foreign = { type: 'CreateInstance', name: 'a', datastore: 'postgresql', projectId: 'bank' } as const
    expect(await ask(foreign)).toMatchObject({ rejection: { code: 'FORBIDDEN', field: 'projectId' } })
  })

  it('for a token may ask for no more than the asker has', async () => {
    const command = { type: 'IssueToken', name: 'ci', role: 'admin' } as const
    expect(await ask(command)).toMatchObject({ rejection: { code: 'FORBIDDEN', field: 'role' } })
  })
})
