import { type Setting, variablesOf } from '../config/setting.ts'
import { clientVariables, settings } from '../config/settings.ts'
import { table } from './table.ts'

/** Every environment variable: the server's, then the client's. */
export const configurationPage = (): string => {
  const server = Object.values<Setting<unknown>>(settings).map((setting) => {
    const { standard, description, accepts } = setting
    const variables = variablesOf(setting).map((variable) => `\`${variable}\``)
    return [variables.join(' or '), standard ? `\`${standard}\`` : '', `${description} <br> *${accepts}*`]
  })
  const client = Object.entries(clientVariables).map(([variable, description]) => [`\`${variable}\``, description])
  return [
    '# Configuration',
    '',
    'Environment variables configure Coffer. It reports all mistakes at once, before anything starts, and warns of a variable that looks like one',
    'of these but is not. It understands the OpenTelemetry variables in the table and warns of others that concern traces.',
    '',
    ...table(['variable', 'default', 'meaning and *accepted values*'], server),
    '',
    'The command line client reads these besides `COFFER_DATA_DIR`, `COFFER_HOST` and `COFFER_PORT`, with which it finds a local server:',
    '',
    ...table(['variable', 'meaning'], client),
  ].join('\n')
}
