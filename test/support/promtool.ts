import { mkdir, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { openApt } from '../../agent/builds/apt.ts'
import { fetchWith, hasProgram } from './fetch-once.ts'
import { type Tool, tool } from './postgresql-tools/tools.ts'

const fetchTimeoutMs = 300_000

/** The program `promtool`: the one on the path, or that of the distribution's package, of which nothing is installed. */
export const promtool = async (): Promise<Tool> => {
  if (await hasProgram('promtool', '--version')) return { path: 'promtool' }
  const fetched = await tool('promtool', ['apt-get', '--version'], async (draft) => {
    const scratch = join(draft, 'scratch')
    const root = join(scratch, 'root')
    await mkdir(root, { recursive: true })
    const apt = await openApt(scratch, AbortSignal.timeout(fetchTimeoutMs))
    const [version] = await apt.versionsOf('prometheus')
    if (version === undefined) throw new Error('the package sources of this system have no prometheus')
    for (const file of await apt.download([{ name: 'prometheus', version, bytes: 0 }])) {
      await fetchWith('dpkg-deb', ['--extract', file, root])
    }
    await rename(join(root, 'usr', 'bin', 'promtool'), join(draft, 'promtool'))
    await rm(scratch, { recursive: true })
  })
  return 'path' in fetched ? { path: join(fetched.path, 'promtool') } : fetched
}
