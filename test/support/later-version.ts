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

/** What a later version has in a file in place of what this one has there. Each text to be replaced must be in the file. */
type Edits = Readonly<Record<string, Readonly<Record<string, string>>>>

export type LaterVersion = {
  readonly edits: Edits
  /** New files, by path: each is another file with these edits. */
  readonly adds?: Readonly<Record<string, readonly [like: string, edits: Readonly<Record<string, string>>]>>
}

/** It writes guest commands in a form of an event that this version cannot read. */
export const withNewerEvent: LaterVersion = {
  edits: {
    'domain/operation/events.ts': {
      'GuestCommandIssued: defineEvent(1, z.object({ step: z.string(), command: guestCommandSchema })),':
        'GuestCommandIssued: defineEvent(2, z.object({ step: z.string(), command: guestCommandSchema }), { 1: (data) => data }),',
    },
  },
}

/** How long a host of the later version takes for its new guest command, at the end of which the engine runs. */
export const recyclingMs = 10_000
/** How long an operation waits for a host to have carried out that command. */
const recyclingTimeoutMs = 30_000

/** A restart is a kind of operation that this version does not have, with events of its own and a guest command of its own. */
export const withNewOperation: LaterVersion = {
  edits: {
    'domain/instance/operation-kinds.ts': { "  'restart',\n": "  'restart',\n  'recycle',\n" },
    'domain/instance/operations.ts': {
      "import { provision } from './operations/provision.ts'\n":
        "import { provision } from './operations/provision.ts'\nimport { recycle } from './operations/recycle.ts'\n",
      '  provision,\n  restart,\n': '  provision,\n  recycle,\n  restart,\n',
    },
    'domain/guest/command.ts': {
      "  z.object({ kind: z.literal('engine-stopped') }),\n":
        "  z.object({ kind: z.literal('engine-stopped') }),\n  z.object({ kind: z.literal('engine-recycled'), spec: instanceSpecSchema, generation: z.int() }),\n",
    },
    'agent/outcomes/outcomes.ts': {
      "  'engine-running': true,\n": "  'engine-running': true,\n  'engine-recycled': true,\n",
      "    case 'engine-running':\n": `    case 'engine-recycled':
      context.progress(0.1, 'recycling')
      await host.timers.sleep(${recyclingMs}, { signal: context.signal })
      return engineRunning(host, { ...payload, kind: 'engine-running' }, context)
    case 'engine-running':\n`,
      'const choose = (host': 'const choose = async (host',
    },
    'commands/public/instance-operations.ts': { "kind: 'restart', wish": "kind: 'recycle', wish" },
  },
  adds: {
    'domain/instance/operations/recycle.ts': [
      'domain/instance/operations/restart.ts',
      {
        'export const restart': 'export const recycle',
        "kind: 'restart'": "kind: 'recycle'",
        "meanwhile: 'RESTARTING'": "meanwhile: 'UPGRADING'",
        InstanceRestartRequested: 'InstanceRecycleRequested',
        InstanceRestarted: 'InstanceRecycled',
        "kind: 'engine-running'": "kind: 'engine-recycled'",
        'timeoutMs: seconds(120)': `timeoutMs: ${recyclingTimeoutMs}`,
      },
    ],
  },
}

/**
 * Puts the program of this tree into a new directory, as that later version. Gives the path of what `npm start` runs.
 */
export const makeLaterVersion = ({ edits, adds = {} }: LaterVersion, directory: string): string => {
  mkdirSync(directory, { recursive: true })
  for (const part of parts) cpSync(join(programDir, part), join(directory, part), { recursive: true })
  symlinkSync(join(programDir, 'node_modules'), join(directory, 'node_modules'))
  for (const [file, [like, changes]] of Object.entries(adds))
    writeFileSync(join(directory, file), edited(like, changes))
  for (const [file, changes] of Object.entries(edits)) writeFileSync(join(directory, file), edited(file, changes))
  return join(directory, 'ops', 'main.ts')
}

const edited = (file: string, changes: Readonly<Record<string, string>>): string =>
  Object.entries(changes).reduce(
    (text, [now, later]) => {
      if (!text.includes(now)) throw new Error(`${file} does not have what a later version changes: ${now}`)
      return text.replace(now, later)
    },
    readFileSync(join(programDir, file), 'utf8'),
  )
