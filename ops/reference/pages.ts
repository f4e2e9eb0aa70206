import { join } from 'node:path'
import { schemaText } from '../../graphql/print-schema.ts'
import { programDir } from '../program-info.ts'
import { commandLinePage } from './command-line.ts'
import { configurationPage } from './configuration.ts'
import { errorsPage } from './errors.ts'
import { eventsPage } from './events.ts'
import { graphqlPage } from './graphql.ts'
import { metricsPage } from './metrics.ts'
import { operationsPage } from './operations.ts'
import { rightsPage } from './rights.ts'

/** `path`: from the directory of package.json. `text`: the whole file, made from code. */
export type GeneratedPage = { readonly path: string; readonly text: () => string }

const page = (name: string, text: () => string): GeneratedPage => ({
  path: `docs/reference/${name}.md`,
  text: () => `<!-- Generated from code: run "npm run docs". -->\n\n${text()}\n`,
})

/** Every file of the repository that is generated from code. A test fails if one differs. */
export const generatedPages: readonly GeneratedPage[] = [
  page('configuration', configurationPage),
  page('command-line', commandLinePage),
  page('events', eventsPage),
  page('errors', errorsPage),
  page('metrics', metricsPage),
  page('rights', rightsPage),
  page('graphql', graphqlPage),
  page('operations', operationsPage),
  { path: 'graphql/schema.graphql', text: schemaText },
]

export const pathOf = ({ path }: GeneratedPage): string => join(programDir, path)
