import type { CliContext } from '../context.ts'
import { type CliFailure, refused } from '../failure.ts'
import { DatastoresDocument, type ParameterFragment as Parameter, ParametersDocument } from '../generated/graphql.ts'

export type ParametersOptions = { readonly containing?: string; readonly all?: boolean }

/** What there is to set in one version: the default where none is named. */
export const listParameters = async (
  { api, output, signal }: CliContext,
  datastore: string,
  version: string | undefined,
  { containing, all }: ParametersOptions,
): Promise<void> => {
  const exact = version ?? (await defaultVersionOf({ api, signal }, datastore))
  const variables = { datastore, version: exact, containing, ...(all ? {} : { settable: true }) }
  const { datastoreVersion } = await api.request(ParametersDocument, variables, signal)
  if (datastoreVersion === null) throw notRead(datastore, exact)
  await output.list(
    datastoreVersion.parameters,
    [
      ['PARAMETER', ({ name }) => name],
      ['TYPE', ({ type }) => type.toLowerCase()],
      ['ACCEPTS', accepted, 'cutting'],
      ['DEFAULT', (parameter) => parameter.default, 'cutting'],
      ['TAKES EFFECT', ({ restart }) => (restart ? 'at a restart' : 'at once')],
      ...(all ? ([['NOT SETTABLE', ({ refusedBecause }: Parameter) => refusedBecause, 'cutting']] as const) : []),
    ],
    'No parameter is called so.',
  )
}

/** Empty where there is none. */
const defaultVersionOf = async ({ api, signal }: Pick<CliContext, 'api' | 'signal'>, datastore: string) => {
  const { datastores } = await api.request(DatastoresDocument, {}, signal)
  return datastores.find(({ type }) => type === datastore)?.defaultVersion ?? ''
}

const accepted = ({ type, values, min, max, unit }: Parameter): string => {
  if (type === 'BOOLEAN') return 'on or off'
  if (values) return values.join(', ')
  if (min === null && max === null) return unit ?? 'any'
  return `${min ?? ''} to ${max ?? ''}${unit === null ? '' : ` ${unit}`}`
}

const notRead = (datastore: string, version: string): CliFailure => {
  const what = `${datastore} ${version}`.trim()
  const message = `no host has started ${what} yet, or there is no such version: see "coffer datastore list"`
  return refused({ code: 'NOT_FOUND', message })
}
