import type { CliContext } from '../context.ts'
import { documents } from '../documents.ts'
import { type CliFailure, refused } from '../failure.ts'

type Parameter = {
  readonly name: string
  readonly type: string
  readonly min: number | null
  readonly max: number | null
  readonly values: readonly string[] | null
  readonly unit: string | null
  readonly default: string | null
  readonly restart: boolean
  readonly settable: boolean
  readonly refusedBecause: string | null
  readonly summary: string
}

type Answer = {
  readonly datastores: readonly { readonly type: string; readonly defaultVersion: string | null }[]
}

export type ParametersOptions = { readonly containing?: string; readonly all?: boolean }

/** What there is to set in one version: the default where none is named. */
export const listParameters = async (
  { api, output, signal }: CliContext,
  datastore: string,
  version: string | undefined,
  { containing, all }: ParametersOptions,
): Promise<void> => {
  const { datastores } = await api.request<Answer>(documents.datastores, {}, signal)
  const exact = version ?? datastores.find(({ type }) => type === datastore)?.defaultVersion ?? ''
  const variables = { datastore, version: exact, containing, ...(all ? {} : { settable: true }) }
  type Read = { readonly datastoreVersion: { readonly parameters: readonly Parameter[] } | null }
  const { datastoreVersion } = await api.request<Read>(documents.parameters, variables, signal)
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
