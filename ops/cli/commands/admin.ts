import type { CliContext } from '../context.ts'
import { CliFailure, exitCodes } from '../failure.ts'
import type { Column } from '../table.ts'
import { createViewProgress, type ViewProgress } from '../view-progress.ts'

type Verification = {
  readonly view: string
  readonly position: number
  readonly documents: number
  readonly hashLive: string
  readonly hashRebuilt: string
  readonly equal: boolean
  readonly log: 'same' | 'older' | 'other'
  readonly differingKeys: readonly string[]
}

type HostDifference = {
  readonly difference: 'MISSING' | 'UNLISTED'
  readonly instanceId: string
  readonly hostId: string
  readonly name: string | null
}

type LogHealth = {
  readonly gaps: readonly { readonly stream: string; readonly from: number; readonly to: number | null }[]
  readonly count: number
  readonly settings: readonly { readonly stream: string; readonly settings: readonly string[] }[]
  readonly settingsCount: number
}

type Outcome = {
  readonly views: readonly Verification[]
  readonly hosts: readonly HostDifference[]
  readonly log: LogHealth
}

const shownHashLength = 16

const columns: readonly Column<Verification>[] = [
  ['VIEW', ({ view }) => view],
  ['DOCUMENTS', ({ documents }) => documents],
  ['LIVE', ({ hashLive }) => hashLive.slice(0, shownHashLength)],
  ['REBUILT', ({ hashRebuilt }) => hashRebuilt.slice(0, shownHashLength)],
  ['', (verification) => outcomeOf(verification)],
]

const outcomeOf = ({ equal, log, differingKeys }: Verification): string => {
  if (equal) return 'equal'
  if (log === 'older') return 'MADE FROM A LATER STATE OF THE LOG'
  if (log === 'other') return 'MADE FROM ANOTHER LOG'
  return `DIFFERENT: ${differingKeys.join(', ')}`
}

/**
 * Has the running server rebuild its views from the log, and compare the live ones with them document by document. With `verifyOnly`, the
 * rebuilt ones are discarded; else they first take the place of the live ones.
 */
export const rebuildViews = async (
  { api, output, terminal, signal }: CliContext,
  { verify: verifyOnly }: { readonly verify: boolean },
): Promise<void> => {
  const progress = createViewProgress(terminal)
  const { views, hosts, log } = await api
    .post<Outcome, ViewProgress>(verifyOnly ? '/admin/views/verify' : '/admin/views/rebuild', signal, progress.show)
    .finally(progress.end)
  await output.list(views, columns, 'There are no views.')
  for (const { difference, name, instanceId, hostId } of hosts) {
    terminal.stderr.write(`${difference}: ${name ?? 'a database'} (${instanceId}) on host ${hostId}\n`)
  }
  for (const { stream, from, to } of log.gaps) {
    const what = to === null ? 'has no events left' : `has no revisions ${from} to ${to - 1}`
    terminal.stderr.write(`INCOMPLETE: ${stream} ${what}\n`)
  }
  if (log.count > log.gaps.length) terminal.stderr.write(`INCOMPLETE: ${log.count - log.gaps.length} more\n`)
  for (const { stream, settings } of log.settings) {
    terminal.stderr.write(`SET BY AN OPERATOR: ${stream} (${settings.join(', ')})\n`)
  }
  const moreSettings = log.settingsCount - log.settings.length
  if (moreSettings > 0) terminal.stderr.write(`SET BY AN OPERATOR: ${moreSettings} more streams\n`)
  const different = views.filter(({ equal }) => !equal).map(({ view }) => view)
  if (different.length === 0 && hosts.length > 0) {
    throw new CliFailure(exitCodes.failed, {
      code: 'HOSTS_DIFFER',
      message: `the views are equal to the log, but hosts and the log differ about ${hosts.length} databases: see "coffer instance list --status MISSING" and "coffer host unlisted"`,
    })
  }
  if (different.length === 0 && log.count > 0) {
    throw new CliFailure(exitCodes.failed, {
      code: 'LOG_INCOMPLETE',
      message: `the views are equal to the log, but the event store has lost events in ${log.count} places: commands on those streams are refused`,
    })
  }
  if (different.length === 0) return
  throw new CliFailure(exitCodes.failed, {
    code: 'VIEWS_DIFFER',
    message: `${different.join(', ')} differ from what the log says: "coffer admin rebuild-views" rebuilds them`,
  })
}
