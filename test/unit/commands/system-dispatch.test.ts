import { expect, it } from 'vitest'
import { ownCommands } from '../../../commands/dispatch/system-dispatch.ts'
import { publicCommands } from '../../../commands/public/registry.ts'
import { deriveIdAt } from '../../../kernel/ids.ts'

it.each(Object.entries(ownCommands))('%s is the command that everybody sends, and one for members', (name, command) => {
  expect(publicCommands[name as keyof typeof ownCommands]).toBe(command)
  expect(command.role).toBe('member')
})

it('an id of a moment is the same for the same parts, sorts by the moment and is of version 7', () => {
  const [early, late] = [Date.UTC(2030, 0, 1), Date.UTC(2030, 0, 2)]
  expect(deriveIdAt(early, 'a', 'b')).toBe(deriveIdAt(early, 'a', 'b'))
  expect(new Set([deriveIdAt(early, 'a', 'b'), deriveIdAt(early, 'ab'), deriveIdAt(early, 'b', 'a')]).size).toBe(3)
  for (let part = 0; part < 20; part += 1) {
    expect(deriveIdAt(early, `${part}`) < deriveIdAt(late, `${19 - part}`)).toBe(true)
  }
  expect(deriveIdAt(early, 'a')).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/)
})
