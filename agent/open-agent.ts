import { randomBytes } from 'node:crypto'
import { chmod, mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { BackupStore } from '../commands/ports/backup-store.ts'
import type { MessageBus } from '../commands/ports/message-bus.ts'
import type { HostDescription } from '../domain/host/events.ts'
import type { NodeId } from '../domain/ids.ts'
import type { VolumeUse } from '../domain/values/volume-use.ts'
import type { Kernel } from '../kernel/kernel.ts'
import { noTracer, type Tracer } from '../kernel/tracer.ts'
import { createAccounts, tellingWhatIsGone } from './accounts.ts'
import { allEnded } from './all-ended.ts'
import { type ArrivalsDeps, openArrivals } from './arrivals.ts'
import type { EngineBuilds } from './builds/engine-builds.ts'
import { openBusClock } from './bus-clock.ts'
import { type BusState, openBusLink } from './bus-link.ts'
import { findCapacity } from './capacity.ts'
import { type ChannelCounts, createChannel, type JoinMeans } from './channel.ts'
import { createCommandWorker } from './command-worker.ts'
import type { AgentConfig } from './config.ts'
import { discardUnsynced } from './discard-unsynced.ts'
import type { EngineDriver } from './engines/engine.ts'
import { ensureDirectory } from './files.ts'
import { findHoldings } from './holdings.ts'
import type { Host } from './host.ts'
import { createHostPaths } from './host-paths.ts'
import { loadIdentity } from './identity.ts'
import { probeInstallations } from './installations.ts'
import { openInstanceLimit } from './instance-limit.ts'
import { findIsolation } from './isolation/isolation.ts'
import { createPlacement, placementRoots } from './isolation/placement.ts'
import { openAgentDatabase } from './journal/database.ts'
import { createFacts } from './journal/facts.ts'
import { createJournal } from './journal/journal.ts'
import { createNodeRecords, type NodeRecord } from './journal/nodes.ts'
import { pruneDaily } from './journal/prune-daily.ts'
import { createLayout, shortId } from './layout.ts'
import { createLeaveToStart } from './leave-to-start.ts'
import { makeTrue } from './outcomes/outcomes.ts'
import { createParameters } from './parameters.ts'
import { findClockFault } from './plausible-clock.ts'
import { prepareTemplate, prepareTemplates } from './prepare-templates.ts'
import { openPreparedVolumes } from './prepared-volumes.ts'
import { createRegistration } from './registration.ts'
import { createReporter } from './reporter.ts'
import { run } from './run.ts'
import { createSealingKeyOffers } from './secrets/offer-sealing-keys.ts'
import { openSealingKeys } from './secrets/sealing-keys.ts'
import { stopEngines } from './stop-engines.ts'
import { createConfigurationReports } from './supervision/configurations.ts'
import { createEngineControl } from './supervision/engine-control.ts'
import type { IncidentCounts } from './supervision/incidents.ts'
import { createConfigurations } from './supervision/set-parameters.ts'
import { createSupervisor } from './supervision/supervisor.ts'
import { createAccountWatch } from './supervision/watch-accounts.ts'
import { createTemplates } from './templates.ts'
import { createCertificateAuthority } from './tls/authority.ts'
import { earliestEnd } from './tls/earliest-end.ts'
import { createTrials } from './trials.ts'

export type AgentDeps = Pick<Kernel, 'clock' | 'timers' | 'ids' | 'log'> & {
  readonly bus: MessageBus
  readonly drivers: readonly EngineDriver[]
  /** Where backups are kept; absent: nowhere. */
  readonly backups?: BackupStore
  /** Where engines come from that the host has not; absent: nowhere. */
  readonly builds?: EngineBuilds
  readonly config: AgentConfig
  /** What the host joins with; null where it has joined before. */
  readonly join: JoinMeans | null
  /** Default: the work is not traced; the traces of others are passed on all the same. */
  readonly tracer?: Tracer
}

/** What really happened for an instance on this host: `effects` in order, each with the intent it served. */
export type Inspection = {
  readonly record: NodeRecord | null
  readonly effects: readonly { readonly kind: string; readonly intent: string; readonly at: string }[]
}

export type OpenAgent = {
  readonly description: HostDescription
  readonly connected: Promise<void>
  bus(): BusState
  close(engines: 'keep' | 'stop'): Promise<void>
  inspect(nodeId: NodeId): Inspection
  volumeUses(): readonly VolumeUse[]
  incidents(): IncidentCounts
  dropped(): ChannelCounts
  certificatesEnd(): Promise<Date>
}

const closeTimeoutMs = 30_000
/** What cannot be said by then is said at the next start. */
const lastWordsTimeoutMs = 5000

/**
 * Builds all parts of the agent, in the order in which they need one another, and sets them going. Nothing here waits for the bus: an
 * engine that ended while no agent ran must not wait for the control plane.
 */
export const openAgent = async (deps: AgentDeps, signal: AbortSignal): Promise<OpenAgent> => {
  const { bus, drivers, builds, ids, timers, log, config, join: joinMeans, tracer = noTracer } = deps
  // Passed by the accounts of engines, listed by nobody; a directory that was there before keeps its mode.
  const made = await mkdir(config.agentDir, { recursive: true, mode: 0o711 })
  if (made !== undefined) await chmod(config.agentDir, 0o711)
  let engines: 'keep' | 'stop' = 'keep'
  // What is opened here is closed in the opposite order, also when a later part cannot be opened.
  await using closers = new AsyncDisposableStack()

  const database = closers.adopt(openAgentDatabase(join(config.agentDir, 'agent.db')), (opened) => opened.close())
  const clock = closers.adopt(openBusClock(deps), (opened) => opened.stop())
  const hostPaths = createHostPaths()
  hostPaths.add(config.agentDir, ...placementRoots)
  const journal = createJournal(database, hostPaths.withoutPaths)
  const records = createNodeRecords(database)
  const identity = loadIdentity(config.agentDir, ids.next)
  const { hostId } = identity
  const facts = createFacts(database)
  const channel = createChannel({ hostId, key: identity.signer, join: joinMeans, facts, clock, log })
  const sealingKeys = await openSealingKeys(join(config.agentDir, 'sealing-keys'), { facts, clock })

  const root = process.getuid?.() === 0
  const placement = await createPlacement({ run, clock, timers, log, root }, config.agentDir, hostId, signal)
  closers.defer(async () => {
    if (engines === 'stop') await placement.close(timers.timeout(closeTimeoutMs))
  })
  hostPaths.add(placement.enginesRoot, placement.runRoot)
  const layout = createLayout(placement.enginesRoot, placement.runRoot)
  for (const directory of [layout.nodes, layout.templates]) {
    await ensureDirectory(directory, root ? 0o711 : 0o700)
  }
  const { accountIds } = config
  const isolating = { root, hostId, accountIds, volumes: config.volumes, directory: layout.nodes }
  const [isolation, installations, authority, capacity] = await allEnded(
    findIsolation({ run, clock, timers }, isolating, signal),
    probeInstallations(drivers, placement, log, signal),
    createCertificateAuthority(
      { now: () => new Date(clock.now()) },
      { directory: join(config.agentDir, 'ca'), name: `Coffer CA of ${config.name}` },
    ),
    findCapacity(config, layout.enginesRoot, facts),
  )

  hostPaths.add(...installations.directories())
  const { cgroups, owners, privileges, volumes, volumeKind } = isolation
  const randomName = (): string => randomBytes(4).toString('hex')
  const templates = createTemplates({ layout, owners, run, clock, timers, log, randomName })
  closers.defer(() => templates.stop())
  await templates.sweep(signal)
  const trials = createTrials({ templates, privileges, cgroups, run, timers })
  const prepared = await openPreparedVolumes({
    layout,
    kind: volumeKind,
    volumes: volumes(volumeKind),
    templates,
    run,
    clock,
    timers,
    log,
    randomName,
    count: config.preparedVolumes,
  })
  closers.defer(() => prepared.stop())

  const reporter = createReporter({ bus, channel, journal, timers, log, tracer })
  closers.defer(() => reporter.stop(timers.timeout(lastWordsTimeoutMs)))
  const tellConfiguration = createConfigurationReports({ hostId, records, journal, reporter, clock, ids })
  const control = createEngineControl({
    tellConfiguration,
    config,
    layout,
    identity,
    installations,
    authority,
    cgroups,
    volumes,
    privileges,
    records,
    journal,
    run,
    clock,
    timers,
    log,
  })
  const onVolume =
    (act: 'attach' | 'keepRoom') =>
    async (nodeId: NodeId, acting: AbortSignal): Promise<void> => {
      const record = records.get(nodeId)
      if (record) await volumes(record.volume.kind)[act](layout.volumePlace(nodeId), acting)
    }
  const measureVolume = async (nodeId: NodeId, measuring: AbortSignal): Promise<VolumeUse | null> => {
    const volume = records.get(nodeId)?.volume
    return volume ? volumes(volume.kind).measure(layout.volumePlace(nodeId), volume.sizeGiB, measuring) : null
  }
  const leave = createLeaveToStart({ records, timers, log, patienceMs: config.leaveToStartMs })
  closers.defer(() => leave.stop())
  const parameters = createParameters({ hostId, layout, templates, trials, journal, reporter, clock, ids, log })
  closers.defer(() => parameters.stop())
  const configurations = createConfigurations({ records, control, parametersOf: parameters.of })
  const supervisor = createSupervisor({
    hostId,
    config,
    control,
    records,
    journal,
    reporter,
    leaveToStart: leave.had,
    volumes: { attach: onVolume('attach'), keepRoom: onVolume('keepRoom'), measure: measureVolume },
    clock,
    timers,
    ids,
    log,
  })
  const host: Host = {
    config,
    sealingKeys,
    layout,
    records,
    owners,
    cgroups,
    volumeKind,
    volumes,
    installations,
    templates,
    trials,
    configurations,
    parameters,
    prepared,
    control,
    supervisor,
    backups: deps.backups ?? null,
    get caCertificate() {
      return authority.certificate
    },
    run,
    clock,
    timers,
    fenceOff: journal.fenceOff,
    log,
  }
  closers.defer(async () => {
    await supervisor.stop()
    if (engines === 'stop') await stopEngines(host, timers.timeout(closeTimeoutMs))
  })
  const accountWatch = createAccountWatch({ hostId, records, control, journal, reporter, clock, timers, ids, log })
  closers.defer(() => accountWatch.stop())
  const accounts = createAccounts({ hostId, records, journal, layout, reporter, leave, clock, ids })
  const worker = createCommandWorker({
    hostId,
    journal,
    reporter,
    clock,
    timers,
    ids,
    log,
    tracer,
    maxConcurrent: config.maxConcurrentCommands,
    cleanse: hostPaths.withoutPaths,
    makeTrue: tellingWhatIsGone(accounts, ({ payload }, context) =>
      accountWatch.whileChanged(context.nodeId, () => makeTrue(host, payload, context)),
    ),
  })
  closers.defer(() => worker.stop())

  const instanceLimit = await openInstanceLimit(
    {
      ports: config.ports,
      records,
      accountIds: owners.own ? accountIds : null,
      volumeKind,
      enginesRoot: layout.enginesRoot,
      name: shortId(hostId),
      run,
      log,
      elapsedMs: clock.elapsedMs,
    },
    signal,
  )
  const clockFault = findClockFault(facts, clock.now())
  if (clockFault) log.warn({}, clockFault)
  const missing = [...isolation.description.missing, ...(clockFault ? [clockFault] : [])]
  const description: HostDescription = {
    hostId,
    name: config.name,
    address: config.address,
    agentVersion: config.agentVersion,
    caCertificate: authority.certificate,
    capacity,
    instanceLimit: instanceLimit.current(),
    engines: [...installations.engines()],
    isolation: { ...isolation.description, missing },
  }
  signal.throwIfAborted()
  await discardUnsynced(host, facts, signal)
  for (const { nodeId, owner } of records.all()) {
    await owners.keep(owner, signal).catch((error: unknown) => {
      signal.throwIfAborted()
      log.error({ nodeId, owner, err: error }, 'the account of an instance is gone, and cannot be had again')
    })
    supervisor.watch(nodeId)
  }
  const preparing = new AbortController()
  const preparation = prepareTemplates(host, preparing.signal)
  closers.defer(() => {
    preparing.abort()
    return preparation
  })
  const onRenewed: ArrivalsDeps['onRenewed'] = async (arrived, renewing) => {
    hostPaths.add(...installations.directories())
    for (const datastore of arrived) await prepareTemplate(host, { datastore }, renewing)
  }
  const arrivals = builds && (await openArrivals({ builds, installations, onRenewed, log }, config.fetch))
  closers.defer(() => arrivals?.stop())
  const holds = async () => {
    await instanceLimit.renew()
    arrivals?.look()
    return findHoldings({ records, journal, layout })
  }
  const keyOffers = createSealingKeyOffers({ hostId, sealingKeys, journal, reporter, clock, timers, ids, log })
  closers.defer(() => keyOffers.stop())
  const registration = createRegistration({ journal, channel, facts, clock, ids, log }, () => ({
    ...description,
    engines: [...installations.engines()],
    caCertificate: authority.certificate,
    instanceLimit: instanceLimit.current(),
  }))
  const link = openBusLink(
    {
      bus,
      channel,
      clock,
      journal,
      reporter,
      worker,
      keyOffers,
      accounts,
      registration,
      leave,
      ids,
      timers,
      log,
      holds,
    },
    { hostId, heartbeatIntervalMs: config.heartbeatIntervalMs },
  )
  closers.defer(() => link.stop(timers.timeout(lastWordsTimeoutMs)))
  const pruning = pruneDaily({ journal, clock, timers, log }, link.connected)
  closers.defer(() => pruning.stop())
  log.info({ hostId, engines: description.engines, isolation: description.isolation }, 'the agent runs')

  // All is well: what was opened is closed when the agent is, not when this function ends.
  const opened = closers.move()
  return {
    description,
    connected: link.connected,
    bus: link.state,
    inspect: (nodeId) => ({ record: records.get(nodeId), effects: journal.effects(nodeId) }),
    volumeUses: supervisor.volumeUses,
    incidents: supervisor.incidents,
    dropped: channel.dropped,
    certificatesEnd: () => {
      const running = records.all().filter(({ desired }) => desired === 'running')
      const files = running.map(({ nodeId }) => layout.tlsFiles(nodeId).certificate)
      return earliestEnd([authority.certificate], files)
    },
    close: async (choice) => {
      engines = choice
      await opened.disposeAsync()
      log.info({ hostId, engines }, 'the agent has stopped')
    },
  }
}
