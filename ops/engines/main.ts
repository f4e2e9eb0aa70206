import { resolve } from 'node:path'
import { BuildRefused } from '../../agent/engines/engine-setup.ts'
import { engineSetups } from '../../agent/engines/registry.ts'
import { buildNotes } from '../../domain/datastore/build-notes.ts'
import { engineOf } from '../../domain/engines/registry.ts'
import { programDir } from '../program-info.ts'

/** `npm run add-engine -- FILE`: what is added is offered once the agent of the data directory (`COFFER_DATA_DIR`, else `data`) starts again. */
const addFrom = async (file: string): Promise<void> => {
  const adds = engineSetups.find(({ addBuild }) => addBuild)?.addBuild
  if (!adds) throw new BuildRefused('no engine takes builds')
  const places = { programDir, dataDir: resolve(process.env.COFFER_DATA_DIR || 'data') }
  const { installation, directory } = await adds(resolve(process.env.INIT_CWD || '.', file), places, say)
  const { datastore, version, source, libraries = [] } = installation
  say(`added ${engineOf(datastore).title} ${version} in ${directory}. Restart the agent to offer it.`)
  for (const note of buildNotes({ datastore, version, source, libraries: [...libraries] })) say(note)
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
