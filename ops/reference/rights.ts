import { type GraphQLField, getNamedType, isInputObjectType } from 'graphql'
import { publicCommands } from '../../commands/public/registry.ts'
import { mutationOf } from '../../graphql/mutation.ts'
import { createSchema } from '../../graphql/schema.ts'
import { table } from './table.ts'

/** Who may send which command, and what of the API is for admins alone. */
export const rightsPage = (): string => {
  const schema = createSchema()
  const queries = Object.values(schema.getQueryType()?.getFields() ?? {})
  const types = Object.values(schema.getTypeMap()).filter(({ name }) => !name.startsWith('__'))
  return [
    '# Rights',
    '',
    'A token carries a role. A `reader` sees all of its project and changes nothing. A `member` also changes it. An `admin` acts for every project and runs the service.',
    'What a role may not do is refused with `FORBIDDEN`; what belongs to another project is answered as if it did not exist.',
    '',
    '## Commands',
    '',
    ...table(
      ['mutation', 'least role', 'what it does'],
      Object.values(publicCommands).map(({ name, role, does }) => [`\`${mutationOf(name)}\``, `\`${role}\``, does]),
    ),
    '',
    '## Queries for admins',
    '',
    'All other queries are for every role, each within its project.',
    '',
    ...table(
      ['query', 'what it tells'],
      queries.filter(isForAdmins).map(({ name, description }) => [`\`${name}\``, description ?? '']),
    ),
    '',
    '## Fields for admins',
    '',
    ...table(
      ['field', 'what it is'],
      types
        .filter(isInputObjectType)
        .flatMap((type) => Object.values(type.getFields()).map((field) => ({ type, field })))
        .filter(({ field }) => isForAdmins(field))
        .map(({ type, field }) => [
          `\`${type.name}.${field.name}\``,
          `${field.description ?? ''} (\`${getNamedType(field.type).name}\`)`,
        ]),
    ),
  ].join('\n')
}

const isForAdmins = ({ description }: Pick<GraphQLField<unknown, unknown>, 'description'>): boolean =>
  description?.startsWith('Admins only') === true
