import { z } from 'zod'
import { pendingParameters } from '../../domain/configuration/effective.ts'
import type { InstanceDocument, InstanceStatus } from '../../projections/views/instance-document.ts'
import { idAndName, linksShape } from '../gives.ts'
import type { Body, Call } from '../request.ts'
import { linksOf, timeOf } from './shapes.ts'

/** Trove's words for what Coffer says. */
export const troveStatus: Readonly<Record<InstanceStatus, string>> = {
  PROVISIONING: 'BUILD',
  ACTIVE: 'ACTIVE',
  RESTARTING: 'REBOOT',
  RESIZING: 'RESIZE',
  CONFIGURING: 'REBOOT',
  UPGRADING: 'UPGRADE',
  PROMOTING: 'PROMOTE',
  RESTORING: 'BUILD',
  STOPPING: 'SHUTDOWN',
  STOPPED: 'SHUTDOWN',
  STARTING: 'REBOOT',
  DELETING: 'SHUTDOWN',
  DELETED: 'DELETED',
  FAILED: 'ERROR',
  MISSING: 'ERROR',
}

/** It runs, and what it was given takes effect with its next start. */
const waitsForRestart = ({ status, configuration }: InstanceDocument): boolean =>
  status === 'ACTIVE' && pendingParameters(configuration).length > 0

/** Trove knows regions and Coffer does not: the name that its clients assume. */
export const region = 'RegionOne'

/** What every answer with an instance has. */
export const instanceAnswer = z.looseObject({ ...idAndName, status: z.string(), links: linksShape })

type Extent = 'short' | 'detail'

/** An instance as Trove shows it. What there is not is left out: its clients end at a null. */
export const instanceShape = (call: Call, instance: InstanceDocument, extent: Extent = 'detail'): Body => {
  const { id, endpoint, flavor, datastore, version, resources, configuration, fault, updatedAt } = instance
  return {
    id,
    name: instance.name,
    status: waitsForRestart(instance) ? 'RESTART_REQUIRED' : troveStatus[instance.status],
    operating_status: instance.health,
    links: linksOf(call, 'instances', id),
    flavor: { id: flavor, links: linksOf(call, 'flavors', flavor) },
    datastore: { type: datastore, version, version_number: version },
    region,
    access: { is_public: false, allowed_cidrs: [] },
    volume: { size: resources.volumeGiB },
    ...(configuration.id && {
      configuration: { id: configuration.id, links: linksOf(call, 'configurations', configuration.id) },
    }),
    ...(endpoint && {
      ip: [endpoint.host],
      addresses: [{ address: endpoint.host, type: 'private' }],
      hostname: endpoint.host,
      port: endpoint.port,
    }),
    ...(call.context.session.isAdmin && { tenant_id: instance.projectId }),
    ...(extent === 'detail' && {
      created: timeOf(instance.createdAt),
      updated: timeOf(updatedAt),
      service_status_updated: timeOf(updatedAt),
      ...(fault && {
        fault: { message: `${fault.message} (${fault.code})`, created: timeOf(updatedAt), details: fault.cause ?? '' },
      }),
    }),
  }
}
