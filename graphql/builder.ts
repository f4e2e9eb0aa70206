import SchemaBuilder, { type ArgBuilder, type ImplementableObjectRef } from '@pothos/core'
import ComplexityPlugin from '@pothos/plugin-complexity'
import type { Credential } from '../commands/api.ts'
import type { Actor, RequestOrigin } from '../domain/metadata.ts'
import type { QuotaLimits } from '../domain/project/events.ts'
import type { Rejection } from '../domain/rejection.ts'
import type { Fault } from '../domain/values/fault.ts'
import type { Resources } from '../domain/values/resources.ts'
import type { AuditDocument } from '../projections/audit-entry.ts'
import type { HostDocument } from '../projections/views/hosts.ts'
import type { InstanceDocument } from '../projections/views/instance-document.ts'
import type { OperationDocument } from '../projections/views/operations.ts'
import type { ApiContext } from './context.ts'
import type { Written } from './write.ts'

type SchemaTypes = {
  Context: ApiContext
  DefaultFieldNullability: false
  Scalars: {
    ID: { Input: string; Output: string }
    DateTime: { Input: string; Output: string }
    JSON: { Input: unknown; Output: unknown }
  }
}

/**
 * The schema's builder and the types that more than one noun speaks of: all others are made where their noun is. No plugin wraps a field: who may see what is decided in
 * the root fields, once a request, as documents below them belong to the same project.
 */
export const createSchemaParts = () => {
  const builder = new SchemaBuilder<SchemaTypes>({
    plugins: [ComplexityPlugin],
    defaultFieldNullability: false,
    // The plugin only notes what fields cost; pipeline/complexity.ts adds it up before anything is executed.
    complexity: { disabled: true },
  })
  const Role = builder.enumType('Role', {
    description: 'What the holder of a token may do.',
    values: {
      ADMIN: { value: 'admin', description: 'Everything, in every project.' },
      MEMBER: { value: 'member', description: 'Reads and changes what belongs to its project.' },
      READER: { value: 'reader', description: 'Reads what belongs to its project.' },
    } as const,
  })
  const AccessLevel = builder.enumType('AccessLevel', {
    description: 'What a user may do in a database, or in the whole engine where databases have no names.',
    values: {
      READ: { value: 'read', description: 'Read data.' },
      WRITE: { value: 'write', description: 'Read and change data.' },
      ALL: {
        value: 'all',
        description: 'Everything that may be done in a database, such as making and dropping tables.',
      },
    } as const,
  })
  const UnreadableReason = builder.enumType('UnreadableReason', {
    description: 'Why an event cannot be read.',
    values: {
      UNKNOWN_TYPE: { description: 'This version has no such type: a newer version, or another program, wrote it.' },
      NEWER_VERSION: { description: 'A newer version of Coffer wrote it.' },
      WRONG_STREAM: { description: 'Its type does not belong in this stream.' },
      MALFORMED_DATA: { description: 'Its data does not fit its type.' },
      MALFORMED_METADATA: { description: 'What every event carries beside its data is missing or wrong.' },
      MISSING: { description: 'The event store does not have it any more.' },
    } as const,
  })
  return {
    builder,
    Role,
    UnreadableReason,
    Actor: builder.objectRef<Actor>('Actor'),
    Credential: builder.objectRef<Credential>('Credential'),
    Event: builder.objectRef<AuditDocument>('Event'),
    EventRequest: builder.objectRef<RequestOrigin>('EventRequest'),
    Fault: builder.objectRef<Fault>('Fault'),
    Host: builder.objectRef<HostDocument>('Host'),
    Instance: builder.objectRef<InstanceDocument>('Instance'),
    Node: builder.interfaceRef<object>('Node'),
    Operation: builder.objectRef<OperationDocument>('Operation'),
    OperationSubject: builder.interfaceRef<Pick<InstanceDocument, 'id' | 'projectId'>>('OperationSubject'),
    PageInfo: builder.objectRef<PageInfo>('PageInfo'),
    QuotaLimits: builder.objectRef<QuotaLimits>('QuotaLimits'),
    Refusal: builder.objectRef<Rejection>('Refusal'),
    Resources: builder.objectRef<Resources>('Resources'),
    AccessLevel,
  }
}

export type SchemaParts = ReturnType<typeof createSchemaParts>
type Types = SchemaParts['builder']['$inferSchemaTypes']

/** A reference to an object type whose values have the given shape. */
export type ObjectRef<Shape> = PothosSchemaTypes.ObjectRef<Types, Shape>
/** The same, of a type whose fields are still to be said. */
export type NewObjectRef<Shape> = ImplementableObjectRef<Types, Shape>
/** A reference to an enum whose values are these. */
export type EnumRef<Value extends string> = PothosSchemaTypes.EnumRef<Types, Value>
/** What the `fields` function of an input type is called with. */
export type InputFields = PothosSchemaTypes.InputFieldBuilder<Types, 'InputObject'>
/** What the `fields` function of an accepted command's type is called with. */
export type AnswerFields = PothosSchemaTypes.ObjectFieldBuilder<Types, Written>
/** A reference to a union whose values have the given shape. */
export type UnionRef<Shape> = PothosSchemaTypes.UnionRef<Types, Shape>
/** `t.arg` of a field. */
export type ArgumentFields = ArgBuilder<Types>

export type PageInfo = {
  readonly hasNextPage: boolean
  readonly hasPreviousPage: boolean
  readonly startCursor: string | null
  readonly endCursor: string | null
}
