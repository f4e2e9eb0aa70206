import type { CliContext } from '../context.ts'
import { CliFailure, exitCodes } from '../failure.ts'
import type { Column } from '../output.ts'

type Verification = {
  readonly view: string
  readonly position: number
  readonly documents: number
  readonly hashLive: string
  readonly hashRebuilt: string
  readonly equal: boolean
  readonly differingKeys: readonly string[]
}

const shownHashLength = 16

const columns: readonly Column<Verification>[] = [
  ['VIEW', ({ view }) => view],
  ['DOCUMENTS', ({ documents }) => documents],
  ['LIVE', ({ hashLive }) => hashLive.slice(0, shownHashLength)],
  ['REBUILT', ({ hashRebuilt }) => hashRebuilt.slice(0, shownHashLength)],
  ['', ({ equal, differingKeys }) => (equal ? 'equal' : `DIFFERENT: ${differingKeys.join(', ')}`)],
]

/**
 * Has the running server build its views anew from the log, and compare the live ones with them document by document. With `verifyOnly`, the
 * rebuilt ones are thrown away; else they take the place of the live ones first.
 */
export const rebuildViews = async (
  { api, output, signal }: CliContext,
  { verify: verifyOnly }: { readonly verify: boolean },
): Promise<void> => {
  const { views } = await api.post<{ views: readonly Verification[] }>(
    verifyOnly ? '/admin/views/verify' : '/admin/views/rebuild',
    signal,
  )
  await output.list(views, columns, 'There are no views.')
  const different = views.filter(({ equal }) => !equal).map(({ view }) => view)
  if (different.length === 0) return
  throw new CliFailure(exitCodes.failed, {
    code: 'VIEWS_DIFFER',
    message: `${different.join(', ')} differ from what the log says: "coffer admin rebuild-views" builds them anew`,
  })
}
