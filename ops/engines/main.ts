import { join, resolve } from 'node:path'
import { carriedLibraries } from '../../agent/engines/postgresql/carried-libraries.ts'
import { buildNotes } from '../../domain/datastore/build-notes.ts'
import { addedBuilds } from '../compose/postgresql-paths.ts'
import { addBuild, BuildRefused } from './add-build.ts'

/** `npm run add-engine -- FILE`: what is added is offered once the agent of the data directory (`COFFER_DATA_DIR`, else `data`) starts again. */
const addFrom = async (file: string): Promise<void> => {
  const root = addedBuilds(resolve(process.env.COFFER_DATA_DIR || 'data'))
  const { version, directory } = await addBuild(resolve(process.env.INIT_CWD || '.', file), root, say)
  const libraries = [...(await carriedLibraries(join(directory, 'bin')))]
  say(`added PostgreSQL ${version} in ${directory}. Restart the agent to offer it.`)
  for (const note of buildNotes({ datastore: 'postgresql', version, source: 'added', libraries })) say(note)
}

const say = (text: string): void => {
  process.stderr.write(`coffer: ${text}\n`)
}

const [file, ...others] = process.argv.slice(2)
// Engines run as other accounts.
process.umask(0o022)
try {
  if (file === undefined || others.length > 0) {
    throw new BuildRefused('name one archive: npm run add-engine -- postgresql-18.6.tar.bz2')
  }
  await addFrom(file)
} catch (error) {
  if (!(error instanceof BuildRefused)) throw error
  say(error.message)
  process.exitCode = 1
}
