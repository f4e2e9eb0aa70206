import { z } from 'zod'
import { readDataSchema, restoreSourceSchema } from '../../backup/source.ts'
import { leastStepMs, resultReader, type Step, seconds } from '../../operation/process.ts'
import { databaseSpecSchema, endpointSchema, userSpecSchema } from '../../values/instance-spec.ts'
import { defineOperation } from './define-operation.ts'
import { engineFactsOf, engineStep, labelled } from './engine-steps.ts'

/** What was read of a backup that was restored to be verified; null where nothing was. */
export const readData = resultReader('read', readDataSchema)

const steps: readonly Step[] = [
  {
    name: 'volume',
    timeoutMs: leastStepMs,
    payload: (subject) => ({ kind: 'volume-ready', sizeGiB: subject.spec.volumeGiB, ...labelled(subject) }),
  },
  {
    name: 'restore',
    timeoutMs: seconds(300),
    silenceMs: seconds(240),
    payload: ({ spec, source }) => (source ? { kind: 'data-restored', spec, source } : null),
  },
  engineStep({
    name: 'engine',
    // The first instance of a version waits for its template to be made.
    timeoutMs: seconds(180),
    silenceMs: seconds(120),
    isNew: true,
    payload: ({ spec, generation }) => ({ kind: 'engine-running', spec, generation }),
  }),
  {
    name: 'read',
    timeoutMs: seconds(3600),
    result: readDataSchema,
    payload: ({ source }) => (source?.throwaway ? { kind: 'data-read' } : null),
  },
  {
    name: 'accounts',
    timeoutMs: leastStepMs,
    payload: ({ databases, users }) =>
      databases.length + users.length === 0 ? null : { kind: 'accounts-ready', databases, users },
  },
  {
    name: 'verify',
    timeoutMs: leastStepMs,
    payload: ({ users, source, sealingKey }) => ({
      kind: 'endpoint-verified',
      users,
      ...(source && sealingKey !== null && { sealingKey }),
    }),
  },
]

const compensation: readonly Step[] = [
  {
    name: 'remove',
    timeoutMs: leastStepMs,
    outlastsOperation: true,
    settledWithoutHost: true,
    payload: ({ sealingKey }) => ({ kind: 'node-absent', sealingKey, undo: true }),
  },
]

export const provision = defineOperation({
  kind: 'provision',
  lane: 'exclusive',
  does: 'Creates the instance: volume, engine, databases and users.',
  done: 'made',
  accepts: [],
  meanwhile: 'PROVISIONING',
  /** `source`: the backup that it is made of; null for an empty one. */
  wish: {
    databases: z.array(databaseSpecSchema),
    users: z.array(userSpecSchema),
    source: restoreSourceSchema.nullable(),
  },
  holds: true,
  creates: true,
  requested: 'InstanceRequested',
  succeeded: 'InstanceProvisioned',
  applied: { endpoint: endpointSchema, caCertificate: z.string() },
  applies: (_, __, results) => engineFactsOf({ steps, compensation }, results),
  changes: ({ endpoint, caCertificate }) => ({ endpoint, caCertificate }),
  becomes: 'ACTIVE',
  shows: 'SERVES',
  failed: 'InstanceProvisioningFailed',
  left: {},
  leaves: () => ({}),
  keepsData: false,
  movable: true,
  steps,
  compensation,
  undoneTo: null,
  notCancellable: null,
  remains: 'its process, files or volume may still be on the host',
})
