import { whyNotSettable } from '../../domain/configuration/settable.ts'
import { datastoreChoice } from '../../domain/engines/registry.ts'
import { parametersIdSchema } from '../../domain/parameters/index.ts'
import type { DatastoreType } from '../../domain/values/instance-spec.ts'
import { type Parameter, type ParameterType, parameterTypes } from '../../domain/values/parameter.ts'
import type { ParametersDocument } from '../../projections/views/parameters.ts'
import type { ObjectRef, SchemaParts } from '../builder.ts'
import { tryParseId } from '../ids.ts'
import type { Noun } from '../noun.ts'

/** A parameter, and whose it is: by that follows who may set it. */
export type ShownParameter = Parameter & { readonly datastore: DatastoreType }

const typeDescriptions: Readonly<Record<ParameterType, string>> = {
  boolean: 'On or off, in the words of the engine.',
  integer: 'A whole number, with a unit where `unit` names one.',
  number: 'A number, with a unit where `unit` names one.',
  enum: 'One of `values`.',
  set: 'Any of `values`, with commas between them.',
  text: 'Text.',
}

const addParameterType = ({ builder }: SchemaParts): ObjectRef<ShownParameter> => {
  const Type = builder.enumType('ParameterType', {
    description: 'What a parameter takes.',
    values: Object.fromEntries(
      parameterTypes.map((type) => [type.toUpperCase(), { value: type, description: typeDescriptions[type] }]),
    ) as { readonly [T in ParameterType as Uppercase<T>]: { readonly value: T; readonly description: string } },
  })
  return builder.objectRef<ShownParameter>('Parameter').implement({
    description: 'A parameter of an exact version of an engine, as the engine tells it of itself.',
    fields: (t) => ({
      name: t.exposeString('name', { description: 'In lower case.' }),
      type: t.expose('type', { type: Type, description: 'What it takes.' }),
      min: t.exposeFloat('min', { nullable: true, description: 'In `unit`. Null where the engine names none.' }),
      max: t.exposeFloat('max', { nullable: true, description: 'In `unit`. Null where the engine names none.' }),
      values: t.stringList({
        nullable: true,
        complexity: 1,
        description: 'What there is to choose from. Null where the engine names nothing.',
        resolve: ({ values }) => values,
      }),
      unit: t.exposeString('unit', {
        nullable: true,
        description: 'What a bare number counts, such as `ms` or `8kB`.',
      }),
      default: t.exposeString('default', { nullable: true, description: "The engine's own. Null where it has none." }),
      restart: t.exposeBoolean('restart', {
        description: 'A change takes effect at the next start of the engine alone.',
      }),
      settable: t.boolean({
        description: 'It can be set in a configuration group.',
        resolve: (parameter) => whyNotSettable(parameter.datastore, parameter) === null,
      }),
      refusedBecause: t.string({
        nullable: true,
        description: 'Why it cannot be set. Null where it can.',
        resolve: (parameter) => whyNotSettable(parameter.datastore, parameter),
      }),
      summary: t.exposeString('summary', { description: "In the engine's own words. Empty where it has none." }),
    }),
  })
}

const addParameter = (parts: SchemaParts): void => {
  const { builder } = parts
  const ParameterRef = addParameterType(parts)
  const Version = builder.objectRef<ParametersDocument>('DatastoreVersion').implement({
    description: 'An exact version of an engine that a host has started.',
    fields: (t) => ({
      datastore: t.exposeString('datastore', { description: `${datastoreChoice}.` }),
      version: t.exposeString('version', { description: 'Such as `17.10`.' }),
      parameters: t.field({
        type: [ParameterRef],
        complexity: 5,
        args: {
          containing: t.arg.string({ description: 'Only those whose name has this in it.' }),
          settable: t.arg.boolean({ description: 'Only those that can be set, or cannot.' }),
        },
        description: 'All that the engine has, by name.',
        resolve: ({ datastore, parameters }, { containing, settable }) =>
          parameters
            .filter(({ name }) => name.includes(containing?.toLowerCase() ?? ''))
            .map((parameter) => ({ ...parameter, datastore }))
            .filter((shown) => settable == null || settable === (whyNotSettable(shown.datastore, shown) === null)),
      }),
    }),
  })
  builder.queryField('datastoreVersion', (t) =>
    t.field({
      type: Version,
      nullable: true,
      args: {
        datastore: t.arg.string({ required: true, description: `${datastoreChoice}.` }),
        version: t.arg.string({ required: true, description: 'An exact version, such as `17.10`.' }),
      },
      description: 'What an exact version has to be configured. Null while no host has started it.',
      resolve: async (_root, { datastore, version }, { backend }) => {
        const id = tryParseId(parametersIdSchema, `${datastore}-${version}`)
        return id && backend.views.parameters(id)
      },
    }),
  )
}

export const parameterNoun: Noun = { add: addParameter }
