import { randomBytes } from 'node:crypto'
import { rename } from 'node:fs/promises'
import { join } from 'node:path'
import { EngineFault } from '../engines/engine.ts'
import { exists, removeTree } from '../files.ts'
import type { Host } from '../host.ts'
import type { Installed } from '../installations.ts'
import type { NodeRecord } from '../journal/nodes.ts'
import { nodeMarker } from '../supervision/process-table.ts'
import { type Outcome, type OutcomeContext, requireRecord } from './outcome.ts'
import { clearVolume, takeIntoUse } from './volume-content.ts'

/** The engine of this spec runs and answers. A new instance gets its data from the template; an old one keeps what it has. */
export const engineRunning: Outcome<'engine-running'> = async (host, { spec, generation, port }, context) => {
  const { control, records, layout } = host
  const { nodeId, signal, progress } = context
  const known = recall(host, requireRecord(host, nodeId), generation, port)
  if (known.spec && known.spec.version !== spec.version) {
    const change = `from ${known.spec.version} to ${spec.version}`
    throw new EngineFault('VERSION_CHANGE_REFUSED', `starting the engine does not change its version ${change}`)
  }
  await host.volumes(known.volume.kind).attach(layout.volumePlace(nodeId), signal)
  if (!(await exists(layout.dataDir(nodeId)))) {
    if (known.durable) throw dataMissing(layout.dataDir(nodeId))
    progress(0.1, 'copying the template')
    const installed = await host.installations.find(spec.datastore, spec.version, signal)
    // What is put in place now is not on the disk yet.
    records.update(nodeId, { durable: false })
    await placeData(host, installed, context)
    host.prepared.prepareFor(installed, known.volume.sizeGiB)
    host.parameters.tell(installed)
  }
  // An engine that has run before is brought up again and again from here on, also after a failure that this outcome ends with. One that never
  // ran is not tried again behind the back of the operation that failed.
  const record = records.update(nodeId, { spec, ...(known.portKept && { desired: 'running' }) })
  progress(0.5, 'starting the engine')
  await control.ensureRunning(nodeId, Math.max(generation, record.generation), signal)
  const running = records.update(nodeId, { desired: 'running' })
  const endpoint = { host: host.config.address, port: running.port ?? 0 }
  return { endpoint, caCertificate: host.caCertificate }
}

/**
 * The record of an instance whose data was found again without one gets back what clients and the control plane know of it: an engine that
 * runs all the while is adopted, and listens where it did.
 */
const recall = ({ records }: Host, known: NodeRecord, generation: number, port: number | undefined): NodeRecord => {
  const { nodeId } = known
  if (!known.durable || known.spec || port === undefined) return known
  const isTaken = records.all().some((other) => other.nodeId !== nodeId && other.port === port)
  return records.update(nodeId, { generation, ...(!isTaken && { port, portKept: true }) })
}

/** An empty database in the place of one that was in use would hide that it is lost. */
const dataMissing = (directory: string): EngineFault =>
  new EngineFault('DATA_MISSING', "the instance's data is not on its host any more: it has to be put back", {
    cause: new Error(`nothing is at ${directory}`),
    retryable: true,
  })

/** The volume gets its data: the copy that it was prepared with, or a new one, under another name until it is whole. */
const placeData = async (host: Host, installed: Installed, { nodeId, signal }: OutcomeContext): Promise<void> => {
  const { layout, run, templates } = host
  const volume = layout.volume(nodeId)
  const copy = join(volume, templates.nameOf(installed))
  const marked = { [nodeMarker]: nodeId }
  if (!(await exists(copy))) {
    const template = await templates.ensure(installed, signal)
    await clearVolume(volume)
    const unfinished = join(volume, `new-${randomBytes(4).toString('hex')}`)
    try {
      await run('cp', ['--archive', '--reflink=auto', template, unfinished], signal, marked)
    } catch (error) {
      // At once, and not only with the instance: on a full disk it takes the room in which the failure has to be noted.
      await removeTree(unfinished)
      throw error
    }
    await rename(unfinished, copy)
  }
  await takeIntoUse(host, installed, nodeId, copy, signal)
}
