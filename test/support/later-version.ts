import { cpSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { programDir } from '../../ops/program-info.ts'

const parts = [
  'agent',
  'commands',
  'domain',
  'graphql',
  'kernel',
  'ops',
  'projections',
  'rest',
  'package.json',
  'CHANGELOG.md',
]
const [file, now, later] = [
  'domain/operation/events.ts',
  'GuestCommandIssued: defineEvent(1, z.object({ step: z.string(), command: guestCommandSchema })),',
  'GuestCommandIssued: defineEvent(2, z.object({ step: z.string(), command: guestCommandSchema }), { 1: (data) => data }),',
]

/**
 * Puts the program of this tree into a new directory, as a later version that writes guest commands which this one cannot read. Gives the path of
 * what `npm start` runs.
 */
export const makeLaterVersion = (directory: string): string => {
  mkdirSync(directory, { recursive: true })
  for (const part of parts) cpSync(join(programDir, part), join(directory, part), { recursive: true })
  symlinkSync(join(programDir, 'node_modules'), join(directory, 'node_modules'))
  const text = readFileSync(join(directory, file), 'utf8')
  if (!text.includes(now)) throw new Error(`${file} does not have the line that a later version changes: ${now}`)
  writeFileSync(join(directory, file), text.replace(now, later))
  return join(directory, 'ops', 'main.ts')
}
