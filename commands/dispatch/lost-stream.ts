import type { ProjectId } from '../../domain/ids.ts'
import type { Rejection } from '../../domain/rejection.ts'
import type { StreamName } from '../../domain/stream.ts'
import { missingEvents, UnreadableHistory } from '../history.ts'
import type { EventStore } from '../ports/event-store.ts'
import type { DispatchDependencies, Job } from '../public/definition.ts'
import { reaches } from './authorise.ts'

/**
 * Why a command on a stream without events is refused where it had some: others rest on it, or the views show it (`shownFor`: whose, as they say).
 * Null where it never was, or is of a project that the caller does not reach: the caller is told the same in both cases.
 */
export const lossOf = (
  { directory }: Pick<DispatchDependencies, 'directory'>,
  { reach }: Pick<Job, 'reach'>,
  stream: StreamName,
  shownFor: ProjectId | null = null,
): Rejection | null => {
  const projectId = shownFor ?? directory.claims.projectOf(stream)
  const isLost = projectId !== null || directory.claims.isClaimed(stream)
  const isReached = projectId === null ? reach.projectId === null : reaches(reach, projectId)
  return isLost && isReached ? new UnreadableHistory(missingEvents(stream, 0, null)).rejection : null
}

/** The same for a stream of which nothing is known yet: whether it has its first event is asked of the log. Throws what the store throws. */
export const findLoss = async (
  {
    directory,
    eventStore,
  }: Pick<DispatchDependencies, 'directory'> & { readonly eventStore: Pick<EventStore, 'readStream'> },
  projectId: ProjectId | null,
  stream: StreamName,
): Promise<Rejection | null> => {
  const loss = lossOf({ directory }, { reach: { projectId } }, stream)
  if (loss === null) return null
  for await (const [event] of eventStore.readStream(stream, { maxCount: 1 })) {
    if (event?.revision === 0) return null
    if (event) return new UnreadableHistory(missingEvents(stream, 0, event.revision)).rejection
  }
  return loss
}
