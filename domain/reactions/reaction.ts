import type { BackupCommand } from '../backup/commands.ts'
import type { ConfigurationCommand } from '../configuration/commands.ts'
import type { DatastoreCommand } from '../datastore/commands.ts'
import type { EventDefinitions, EventOf } from '../event-definition.ts'
import type { FleetCommand } from '../fleet/index.ts'
import type { HostCommand } from '../host/commands.ts'
import type { BackupId, ConfigurationId, HostId, InstanceId, OperationId, ProjectId } from '../ids.ts'
import type { InstanceCommand } from '../instance/commands.ts'
import type { OperationInput } from '../operation/commands.ts'
import type { OrdinaryAnswer, OrdinaryCommand } from '../ordinary-command.ts'
import type { ProjectCommand } from '../project/commands.ts'
import type { ScheduleCommand } from '../schedule/commands.ts'
import type { ScheduleId } from '../schedule/id.ts'
import type { TimetableCommand } from '../timetable/commands.ts'
import type { DatastoreType } from '../values/instance-spec.ts'

type OneOf<Union extends { readonly type: string }, Type extends Union['type']> = Extract<
  Union,
  { readonly type: Type }
>

/** What a pure function cannot know: the clock, the ids of guest commands, the trace. Whoever carries a reaction out adds it. */
type FromOutside = 'now' | 'commandIds' | 'traceparent'
type Timeless<Command> = Command extends unknown ? Omit<Command, FromOutside> : never

/**
 * A command that an event leads to, and the aggregate it is for. Carrying one out twice does no harm: the second decides to
 * nothing.
 */
export type Reaction =
  | {
      readonly target: 'instance'
      readonly id: InstanceId
      readonly command: OneOf<InstanceCommand, 'CompleteOperation' | 'FailOperation' | 'MoveInstance'>
    }
  | {
      readonly target: 'operation'
      readonly id: OperationId
      readonly command: Timeless<OneOf<OperationInput, 'StartOperation' | 'ConfirmOutcome'>>
    }
  | {
      readonly target: 'project'
      readonly id: ProjectId
      readonly command: OneOf<
        ProjectCommand,
        | 'CommitQuota'
        | 'ReleaseQuota'
        | 'ConfirmName'
        | 'ConfirmToken'
        | 'ReleaseToken'
        | 'ConfirmBackup'
        | 'ReleaseBackup'
      >
    }
  | {
      readonly target: 'host'
      readonly id: HostId
      readonly command: OneOf<HostCommand, 'ConfirmClaim' | 'ReleaseCapacity' | 'SettleUnlisted'>
    }
  | {
      readonly target: 'schedule'
      readonly id: ScheduleId
      readonly command: Timeless<OneOf<ScheduleCommand, 'RecordRun' | 'DeleteSchedule' | 'KeepBackup'>>
    }
  | {
      readonly target: 'timetable'
      readonly id: ProjectId
      readonly command: OneOf<TimetableCommand, 'ConfirmEntry' | 'ReleaseEntry' | 'ReleaseEntriesOf'>
    }
  | {
      readonly target: 'backup'
      readonly id: BackupId
      readonly command:
        | OneOf<
            BackupCommand,
            | 'RequestBackup'
            | 'CompleteBackup'
            | 'FailBackup'
            | 'BeginVerification'
            | 'EndVerification'
            | 'KeepInstance'
            | 'ConfirmRemoval'
            | 'PostponeRemoval'
          >
        | Timeless<OneOf<BackupCommand, 'RetireBackup'>>
    }
  | {
      readonly target: 'configuration'
      readonly id: ConfigurationId
      readonly command: Timeless<OneOf<ConfigurationCommand, 'NoteFollowed' | 'NoteLeft' | 'NoteAsked' | 'NoteFailed'>>
    }
  | { readonly target: 'fleet'; readonly id: 'hosts'; readonly command: OneOf<FleetCommand, 'ReleaseHostName'> }
  | {
      readonly target: 'datastore'
      readonly id: DatastoreType
      readonly command: OneOf<DatastoreCommand, 'OfferDatastoreVersions'>
    }

/**
 * A public command that an event leads to. It is checked, refused and recorded as one that a member of the project sends, except that a part of
 * Coffer is its actor.
 */
export type OwnRequest = {
  readonly target: 'public'
  /** The part of Coffer that asks, as the audit log names it. */
  readonly by: string
  /** On whose behalf: nothing of another project is reached. */
  readonly projectId: ProjectId
  /** The ids of the command follow from these: the same are the same command, which is carried out once. They sort by `at`, ISO 8601. */
  readonly identity: { readonly at: string; readonly parts: readonly string[] }
  readonly command: OrdinaryCommand
  /** What its answer leads to. */
  readonly answered: (answer: OrdinaryAnswer) => readonly Reaction[]
}

/**
 * Everything of a backup is to be removed from where it is kept: its key first, then its objects. `failed`: what follows where that was not possible for now, with
 * the reason for a person.
 */
export type RemovalRequest = {
  readonly target: 'backup-store'
  readonly backupId: BackupId
  readonly instanceId: InstanceId
  readonly done: Reaction
  readonly failed: (reason: string, now: string) => Reaction
}

export type Effect = Reaction | OwnRequest | RemovalRequest

/** `state`: of the event's aggregate, after the event or later. */
export type React<Event, State> = (event: Event, state: State) => readonly Effect[]

/** `present`: asked only with the aggregate as it is now. */
export type Reacting<Event, State> = React<Event, State> | { readonly present: React<Event, State> }

type Reactive = { readonly events: EventDefinitions; readonly initial: unknown }
type EventNamed<Definitions extends EventDefinitions, Type> = Extract<EventOf<Definitions>, { readonly type: Type }>

/** What each event of an aggregate leads to. */
export type ReactionsOf<A extends Reactive> = {
  readonly [Type in keyof A['events'] & string]: 'none' | Reacting<EventNamed<A['events'], Type>, A['initial']>
}
