import { join } from 'node:path'
import { schemaText } from '../../graphql/print-schema.ts'
import { programDir } from '../program-info.ts'

/** `path`: from the directory of package.json. `text`: the whole file, made from code. */
export type GeneratedPage = { readonly path: string; readonly text: () => string | Promise<string> }

const page = (name: string, load: () => Promise<() => string>): GeneratedPage => ({
  path: `docs/reference/${name}.md`,
  text: async () => `<!-- Generated from code: run "npm run docs". -->\n\n${(await load())()}\n`,
})

/**
 * Every file of the repository that is generated from code. A test fails if one differs. In the order in which they are made: the command line can only
 * be loaded once its documents are there.
 */
export const generatedPages: readonly GeneratedPage[] = [
  { path: 'graphql/schema.graphql', text: schemaText },
  { path: 'ops/cli/generated/types.ts', text: async () => (await import('./client-types.ts')).clientTypes() },
  { path: 'ops/cli/generated/graphql.ts', text: async () => (await import('./client-types.ts')).clientDocuments() },
  page('configuration', async () => (await import('./configuration.ts')).configurationPage),
  page('command-line', async () => (await import('./command-line.ts')).commandLinePage),
  page('events', async () => (await import('./events.ts')).eventsPage),
  page('errors', async () => (await import('./errors.ts')).errorsPage),
  page('metrics', async () => (await import('./metrics.ts')).metricsPage),
  page('rights', async () => (await import('./rights.ts')).rightsPage),
  page('graphql', async () => (await import('./graphql.ts')).graphqlPage),
  page('operations', async () => (await import('./operations.ts')).operationsPage),
  page('rest', async () => (await import('./rest.ts')).restPage),
  { path: 'README.md', text: async () => (await import('./capabilities.ts')).readmePage() },
]

export const pathOf = ({ path }: GeneratedPage): string => join(programDir, path)
