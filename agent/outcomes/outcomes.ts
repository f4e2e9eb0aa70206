import type { GuestCommandKind, GuestPayload } from '../../domain/guest/command.ts'
import type { GuestFacts } from '../../domain/guest/report.ts'
import type { Host } from '../host.ts'
import { accountsReady } from './accounts-ready.ts'
import { accountsTold } from './accounts-told.ts'
import { backupAbsent, backupStored } from './backup-stored.ts'
import { dataRead } from './data-read.ts'
import { dataRestored } from './data-restored.ts'
import { endpointVerified } from './endpoint-verified.ts'
import { engineResized } from './engine-resized.ts'
import { engineRunning } from './engine-running.ts'
import { engineStopped } from './engine-stopped.ts'
import { extensionSet } from './extension-set.ts'
import { nodeAbsent } from './node-absent.ts'
import type { OutcomeContext } from './outcome.ts'
import { parametersSet } from './parameters-set.ts'
import { parametersTried } from './parameters-tried.ts'
import { rootSet } from './root-set.ts'
import { volumeGrown } from './volume-grown.ts'
import { volumeReady } from './volume-ready.ts'

/** Outcomes that start or end the engine: the supervisor keeps its hands off meanwhile. */
const concernsProcess: Readonly<Record<GuestCommandKind, boolean>> = {
  'volume-ready': false,
  'engine-running': true,
  'accounts-ready': false,
  'accounts-told': false,
  'extension-set': false,
  'root-set': false,
  'endpoint-verified': false,
  'volume-grown': true,
  'engine-resized': true,
  'parameters-tried': false,
  'parameters-set': true,
  'engine-stopped': true,
  'data-restored': false,
  'data-read': false,
  'backup-stored': false,
  'backup-absent': false,
  'node-absent': true,
}

export const makeTrue = async (
  host: Host,
  payload: GuestPayload,
  context: OutcomeContext,
): Promise<GuestFacts | undefined> => {
  if (!concernsProcess[payload.kind]) return choose(host, payload, context)
  await host.supervisor.release(context.nodeId)
  try {
    return await choose(host, payload, context)
  } finally {
    host.supervisor.watch(context.nodeId)
  }
}

const choose = (host: Host, payload: GuestPayload, context: OutcomeContext): Promise<GuestFacts | undefined> => {
  switch (payload.kind) {
    case 'volume-ready':
      return volumeReady(host, payload, context)
    case 'engine-running':
      return engineRunning(host, payload, context)
    case 'accounts-ready':
      return accountsReady(host, payload, context)
    case 'accounts-told':
      return accountsTold(host, payload, context)
    case 'extension-set':
      return extensionSet(host, payload, context)
    case 'root-set':
      return rootSet(host, payload, context)
    case 'endpoint-verified':
      return endpointVerified(host, payload, context)
    case 'volume-grown':
      return volumeGrown(host, payload, context)
    case 'engine-resized':
      return engineResized(host, payload, context)
    case 'parameters-tried':
      return parametersTried(host, payload, context)
    case 'parameters-set':
      return parametersSet(host, payload, context)
    case 'engine-stopped':
      return engineStopped(host, payload, context)
    case 'data-read':
      return dataRead(host, payload, context)
    case 'data-restored':
      return dataRestored(host, payload, context)
    case 'backup-stored':
      return backupStored(host, payload, context)
    case 'backup-absent':
      return backupAbsent(host, payload, context)
    case 'node-absent':
      return nodeAbsent(host, payload, context)
    default:
      return unreachable(payload)
  }
}

const unreachable = (payload: never): never => {
  throw new Error(`no outcome for ${JSON.stringify(payload)}`)
}
