import { z } from 'zod'
import { datastore as datastoreAggregate, datastoreStream } from '../../domain/datastore/index.ts'
import { datastoreChoice, datastoreTypes } from '../../domain/engines/registry.ts'
import { type DatastoreType, datastoreTypeSchema } from '../../domain/values/instance-spec.ts'
import { quote } from '../../domain/values/text.ts'
import { type DispatchDependencies, defineCommand, type Job } from './definition.ts'
import { handleAs } from './handle-as.ts'
import { textField, tryWith, wordField } from './input.ts'

const which = z.strictObject({
  datastore: wordField(tryWith(datastoreTypeSchema), {
    message: (text) => `${quote(text)} is not a datastore: ${datastoreTypes.join(', ')} are`,
    code: 'UNKNOWN_DATASTORE',
    description: `${datastoreChoice}.`,
  }),
  version: textField('An exact version, such as `17.10`.'),
})

export const datastoreAnswer = {
  name: 'Datastore',
  says: 'The datastore was changed, or already was as wished.',
  fields: z.object({ datastore: z.custom<DatastoreType>() }),
}

const handleVersionAs =
  (type: 'SetDefaultDatastoreVersion' | 'WithdrawDatastoreVersion') =>
  (dependencies: DispatchDependencies, job: Job, { datastore, version }: z.output<typeof which>) =>
    handleAs(
      dependencies,
      job,
      datastoreAggregate,
      datastoreStream(datastore),
      { type, datastore, version },
      { datastore },
    )

export const setDefaultDatastoreVersion = defineCommand({
  name: 'SetDefaultDatastoreVersion',
  role: 'admin',
  does: 'Admins only. Names the version that a request without one gets.',
  asks: 'Which version of which datastore.',
  input: which,
  answer: datastoreAnswer,
  carryOut: handleVersionAs('SetDefaultDatastoreVersion'),
})

export const withdrawDatastoreVersion = defineCommand({
  name: 'WithdrawDatastoreVersion',
  role: 'admin',
  does: 'Admins only. Offers a version no longer; instances that have it keep it.',
  asks: 'Which version of which datastore.',
  input: which,
  answer: datastoreAnswer,
  carryOut: handleVersionAs('WithdrawDatastoreVersion'),
})
