import { z } from 'zod'
import { datastoreChoice } from '../../domain/engines/registry.ts'
import { backupIdSchema, type ProjectId } from '../../domain/ids.ts'
import { keyField, levelField, projectIdField, textField, uuidField, wholeNumberField } from './input.ts'
import { detailsFields } from './instance-details-input.ts'

const databaseInput = z
  .strictObject({
    name: textField('Its name, within what the datastore accepts.'),
    characterSet: textField("The datastore's default if left out.").optional(),
    collation: textField("The datastore's default if left out.").optional(),
  })
  .meta({ inputType: 'DatabaseInput', description: 'A database to make.' })

/** `databases`: what the list says, and what is meant where it is left out. */
export const userFields = (databases: string) => ({
  name: textField('Its name, within what the datastore accepts.'),
  password: textField('Generated if left out.').optional(),
  databases: z.array(z.string()).readonly().meta({ description: databases }).optional(),
  level: levelField(
    'What it may do in them, or in the whole engine where databases have no names; `ALL` if left out.',
  ).optional(),
  host: textField(
    'From where it may come, an IPv4 address or network such as `10.1.0.0/16`, where the datastore has that; everywhere if left out.',
  ).optional(),
})

const userInput = z
  .strictObject(
    userFields(
      'What it may use. If left out: all databases of this request, or, when it names none, a database with the name of the user, which is made.',
    ),
  )
  .meta({ inputType: 'UserInput', description: 'A user to make.' })

export const createInstanceInput = z.strictObject({
  name: textField('Unique in the project among what is not deleted.'),
  datastore: textField(
    `${datastoreChoice}, as \`datastores\` lists them. Needed unless it is made of a backup, whose it is then.`,
  ).optional(),
  fromBackup: uuidField(
    backupIdSchema,
    'backup id',
    'The backup that it is made of, with the databases, the users and their passwords in it. What is left out is as it was then.',
  ).optional(),
  version: textField(
    "A prefix picks the newest: `17` may become `17.10`. The datastore's default if left out.",
  ).optional(),
  flavor: keyField('The id of a flavor; the default of the server (`COFFER_DEFAULT_FLAVOR`) if left out.').optional(),
  volumeGiB: wholeNumberField(
    'Size of the volume in GiB; the default of the server (`COFFER_DEFAULT_VOLUME_GIB`) if left out.',
  ).optional(),
  databases: z.array(databaseInput).readonly().meta({ description: 'Made with the instance.' }).optional(),
  users: z.array(userInput).readonly().meta({ description: 'Made with the instance.' }).optional(),
  ...detailsFields(),
  projectId: projectIdField("Admins only: for which project; one's own if left out.").optional(),
})

/** The wish for an instance, and whose it is to be. */
export type CreateInstance = Omit<z.output<typeof createInstanceInput>, 'projectId' | 'datastore'> & {
  readonly projectId: ProjectId
  readonly datastore: string
  /** Made of a backup to be read once, and deleted then. */
  readonly throwaway?: boolean
}
export type UserInput = z.output<typeof userInput>
