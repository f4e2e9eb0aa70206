import { type Setting, variablesOf } from './setting.ts'
import { clientVariables, settings } from './settings.ts'

/** The configuration as Markdown tables, as they stand in the README: the server's, then the client's. */
export const configurationTables = (): string => {
  const server = Object.values<Setting<unknown>>(settings).map((setting) => {
    const { standard, description, accepts } = setting
    const variables = variablesOf(setting).map((variable) => `\`${variable}\``)
    return `| ${variables.join(' or ')} | ${standard ? `\`${standard}\`` : ''} | ${description} <br> *${escapeCell(accepts)}* |`
  })
  const client = Object.entries(clientVariables).map(
    ([variable, description]) => `| \`${variable}\` | ${description} |`,
  )
  return [
    '| variable | default | meaning and *what it may be* |',
    '|---|---|---|',
    ...server,
    '',
    'The command line client reads these besides `COFFER_DATA_DIR`, `COFFER_HOST` and `COFFER_PORT`, by which it finds a local server:',
    '',
    '| variable | meaning |',
    '|---|---|',
    ...client,
  ].join('\n')
}

const escapeCell = (text: string): string => text.replaceAll('|', '\\|')
