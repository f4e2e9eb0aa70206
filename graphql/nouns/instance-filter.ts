import { datastoreTypes } from '../../domain/engines/registry.ts'
import { hostIdSchema } from '../../domain/ids.ts'
import type { Health } from '../../domain/values/health.ts'
import { type DatastoreType, datastoreTypeSchema } from '../../domain/values/instance-spec.ts'
import { quote } from '../../domain/values/text.ts'
import type { InstanceStatus } from '../../projections/views/instance-document.ts'
import type { InstanceFilter } from '../../projections/views/instances.ts'
import type { EnumRef, SchemaParts } from '../builder.ts'
import { invalidInput } from '../errors.ts'
import { tryParseId } from '../ids.ts'
import { distinct, isGiven } from '../input.ts'
import { requireAdmin, scopeOf } from '../pipeline/tenancy.ts'
import type { Session } from '../session.ts'
import { type MadeInput, madeFields, madeWithin } from './made-within.ts'

export type InstanceEnums = { readonly Status: EnumRef<InstanceStatus>; readonly Health: EnumRef<Health> }

export const instanceFilterInput = ({ builder }: SchemaParts, { Status, Health }: InstanceEnums) => {
  const TagFilter = builder.inputType('TagFilter', {
    description: 'A tag that is asked for.',
    fields: (t) => ({
      key: t.string({ required: true, description: 'Its key.' }),
      value: t.string({ description: 'Its value; any if left out.' }),
    }),
  })
  return builder.inputType('InstanceFilter', {
    description: 'All that is given must hold.',
    fields: (t) => ({
      name: t.string({ description: 'Exactly this name.' }),
      namePrefix: t.string({ description: 'A name that begins so.' }),
      status: t.field({ type: [Status], description: 'One of these.' }),
      health: t.field({ type: [Health], description: 'One of these.' }),
      datastore: t.string({ description: 'This datastore.' }),
      hostId: t.id({ description: 'Admins only: on this host.' }),
      tags: t.field({ type: [TagFilter], description: 'All of these.' }),
      ...madeFields(t),
      projectId: t.id({ description: 'Admins only: of this project. Admins see all projects without it.' }),
      includeDeleted: t.boolean({ required: true, defaultValue: false, description: 'Deleted ones too.' }),
    }),
  })
}

type InstanceFilterInput = {
  readonly name?: string | null
  readonly namePrefix?: string | null
  readonly status?: readonly InstanceStatus[] | null
  readonly health?: readonly Health[] | null
  readonly datastore?: string | null
  readonly hostId?: string | null
  readonly tags?: readonly { readonly key: string; readonly value?: string | null }[] | null
  readonly projectId?: string | null
  readonly includeDeleted?: boolean
} & MadeInput

/** The filter in the terms of the views. Null where nothing can match. Throws `FORBIDDEN` or `INVALID_INPUT`. */
export const instanceFilter = (session: Session, input: InstanceFilterInput): InstanceFilter | null => {
  const { name, namePrefix, status, health, datastore, hostId, tags } = input
  const scope = scopeOf(session, input.projectId, 'filter.projectId')
  if (isGiven(hostId)) requireAdmin(session, 'to list by host')
  const host = isGiven(hostId) ? tryParseId(hostIdSchema, hostId) : undefined
  if (host === null) return null
  return {
    ...scope,
    ...(isGiven(name) && { name }),
    ...(isGiven(namePrefix) && { namePrefix }),
    ...(status && { statuses: distinct(status) }),
    ...(health && { healths: distinct(health) }),
    ...(isGiven(datastore) && { datastore: parseDatastore(datastore) }),
    ...(host && { hostId: host }),
    ...(tags && { tags: tags.map(({ key, value = null }) => ({ key, value })) }),
    ...madeWithin(input),
    // Who asks for the status DELETED means to see them.
    includeDeleted: input.includeDeleted || status?.includes('DELETED') === true,
  }
}

const parseDatastore = (text: string): DatastoreType => {
  const parsed = datastoreTypeSchema.safeParse(text)
  if (parsed.success) return parsed.data
  const accepted = datastoreTypes.join(', ')
  throw invalidInput('filter.datastore', `${quote(text)} is not a datastore: ${accepted} are`)
}
