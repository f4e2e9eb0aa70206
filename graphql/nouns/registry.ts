import type { Noun } from '../noun.ts'
import { backupNoun } from './backup.ts'
import { configurationNoun } from './configuration.ts'
import { datastoreNoun } from './datastore.ts'
import { deadLetterNoun } from './dead-letter.ts'
import { eventNoun } from './event.ts'
import { flavorNoun } from './flavor.ts'
import { hostNoun } from './host.ts'
import { instanceNoun } from './instance.ts'
import { instanceCommandsNoun } from './instance-commands.ts'
import { joinTokenNoun } from './join-token.ts'
import { operationNoun } from './operation.ts'
import { parameterNoun } from './parameter.ts'
import { quotaNoun } from './quota.ts'
import { refusedCommandNoun } from './refused-command.ts'
import { scheduleNoun } from './schedule.ts'
import { tokenNoun } from './token.ts'
import { unreadableEventNoun } from './unreadable-event.ts'
import { viewerNoun } from './viewer.ts'

/** Every noun of the API. */
export const allNouns: readonly Noun[] = [
  viewerNoun,
  instanceNoun,
  instanceCommandsNoun,
  operationNoun,
  datastoreNoun,
  parameterNoun,
  configurationNoun,
  flavorNoun,
  eventNoun,
  refusedCommandNoun,
  hostNoun,
  joinTokenNoun,
  quotaNoun,
  backupNoun,
  scheduleNoun,
  tokenNoun,
  deadLetterNoun,
  unreadableEventNoun,
]
