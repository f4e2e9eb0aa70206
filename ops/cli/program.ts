import type { Command } from 'commander'
import { programVersion } from '../program-info.ts'
import { addHelpCommand, createHelpfulProgram } from './help.ts'
import { adminVerbs } from './nouns/admin.ts'
import { backupVerbs } from './nouns/backup.ts'
import { configurationVerbs } from './nouns/configuration.ts'
import { connectVerb } from './nouns/connect.ts'
import { databaseVerbs } from './nouns/database.ts'
import { datastoreVerbs } from './nouns/datastore.ts'
import { engineVerbs } from './nouns/engines.ts'
import { eventsVerb } from './nouns/events.ts'
import { extensionVerbs } from './nouns/extension.ts'
import { flavorVerbs } from './nouns/flavor.ts'
import { hostVerbs } from './nouns/host.ts'
import { instanceVerbs } from './nouns/instance.ts'
import { localVerbs } from './nouns/local.ts'
import { operationVerbs } from './nouns/operation.ts'
import { quotaVerbs } from './nouns/quota.ts'
import { rootVerbs } from './nouns/root.ts'
import { scheduleVerbs } from './nouns/schedule.ts'
import { sessionVerbs } from './nouns/session.ts'
import { tokenVerbs } from './nouns/token.ts'
import { userVerbs } from './nouns/user.ts'
import { quietOption } from './options.ts'
import type { ProgramParts, Verbs } from './verbs.ts'

/** In the order in which help lists them. */
const nouns: readonly Verbs[] = [
  instanceVerbs,
  databaseVerbs,
  userVerbs,
  extensionVerbs,
  rootVerbs,
  connectVerb,
  operationVerbs,
  backupVerbs,
  scheduleVerbs,
  configurationVerbs,
  eventsVerb,
  datastoreVerbs,
  flavorVerbs,
  hostVerbs,
  quotaVerbs,
  sessionVerbs,
  tokenVerbs,
  adminVerbs,
  engineVerbs,
  localVerbs,
]

/** The whole command line, as commander knows it: help, completion and the reference follow from it. */
export const createProgram = (parts: ProgramParts): Command => {
  const program = createHelpfulProgram(programVersion)
  for (const addVerbs of nouns) addVerbs(program, parts)
  addQuiet(program)
  addHelpCommand(program)
  return program
}

/** For every command that prints things with ids. */
const addQuiet = (command: Command): void => {
  if (command.options.some(({ long }) => long === '--output')) command.addOption(quietOption())
  command.commands.forEach(addQuiet)
}
