import { absentFields } from '../../rest/absent-fields.ts'
import { absentCommands, absentRoutes } from '../../rest/absent-routes.ts'
import { routes } from '../../rest/routes.ts'
import { table } from './table.ts'

/** What of Trove's API there is, by call and by command of its client. */
export const restPage = (): string =>
  [
    '# The Trove API',
    '',
    'Coffer answers the calls of OpenStack Trove, version 1.0, in JSON and in XML, below `/v1.0/{project}`. [Coffer for OpenStack clients](../guides/openstack.md) says how to begin.',
    'A token of Coffer goes into `X-Auth-Token`. Answers that begin an operation name it in `X-Coffer-Operation`. A repeat with the same `Idempotency-Key` does nothing twice.',
    '',
    '## Commands of `openstack`',
    '',
    ...table(['command', 'works', 'instead'], commandRows()),
    '',
    '## Calls',
    '',
    ...table(
      ['call', 'for', 'what it does'],
      routes.map(({ method, path, access, does }) => [`\`${method} ${path}\``, forWhom[access], does]),
    ),
    '',
    '## Calls answered with 501',
    '',
    ...table(
      ['call', 'instead'],
      absentRoutes.map(({ method, path, instead }) => [`\`${method} ${path}\``, instead]),
    ),
    '',
    '## Fields answered with 501',
    '',
    'A field that has no effect is refused and not dropped, unless it is empty, null, false or 0. One that Trove does not have either is answered with 400.',
    '',
    ...table(['of', 'field', 'instead'], fieldRows()),
  ].join('\n')

const forWhom = { open: 'everyone', project: 'whoever has a token', admin: 'admins' } as const

const fieldRows = (): readonly (readonly string[])[] =>
  Object.entries(absentFields).flatMap(([of, fields]) =>
    Object.entries(fields).map(([field, instead]) => [of, `\`${field}\``, instead]),
  )

const commandRows = (): readonly (readonly string[])[] => {
  const here = new Set(routes.flatMap(({ serves }) => serves))
  const absent = new Map(absentRoutes.flatMap(({ serves, instead }) => serves.map((command) => [command, instead])))
  const all = new Set([...here, ...absent.keys(), ...Object.keys(absentCommands)])
  return [...all].toSorted().map((command) => {
    const instead = absentCommands[command] ?? (here.has(command) ? undefined : absent.get(command))
    return [`\`${command}\``, instead === undefined ? 'yes' : 'no', instead ?? '']
  })
}
