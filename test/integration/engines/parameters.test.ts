import { randomBytes } from 'node:crypto'
import { chmod, chown, mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createMariadbDriver } from '../../../agent/engines/mariadb/driver.ts'
import { createRedisDriver } from '../../../agent/engines/redis/driver.ts'
import type { Installed } from '../../../agent/installations.ts'
import type { Command } from '../../../agent/isolation/privileges.ts'
import { run } from '../../../agent/run.ts'
import { findProcesses } from '../../../agent/supervision/process-table.ts'
import { createTrials, type Trials } from '../../../agent/trials.ts'
import { whyNotSettable } from '../../../domain/configuration/settable.ts'
import { engineOf } from '../../../domain/engines/registry.ts'
import { parseFlavorId } from '../../../domain/ids.ts'
import type { DatastoreType } from '../../../domain/values/instance-spec.ts'
import type { Parameter } from '../../../domain/values/parameter.ts'
import { systemTimers } from '../../../kernel/timers.ts'
import { bound, type EngineBench } from '../../support/engine-bench.ts'
import { openFetchedBench } from '../../support/fetched-bench.ts'
import { fetchedEngine } from '../../support/fetched-engines.ts'
import { createBench } from './bench.ts'

const [mariadb, redis] = [await fetchedEngine('mariadb'), await fetchedEngine('redis')]

type Case = {
  readonly datastore: DatastoreType
  readonly missing: string | null
  readonly open: () => Promise<EngineBench>
  /** What each engine tells of some of its parameters. */
  readonly known: Readonly<Record<string, Partial<Parameter>>>
  /** Fits the catalogue, and yet keeps the engine from starting. */
  readonly fatal: Readonly<Record<string, string>>
  /** Those that can be set and sound like a place or a program. */
  readonly innocent: readonly string[]
}

const cases: readonly Case[] = [
  {
    datastore: 'postgresql',
    missing: null,
    open: createBench,
    known: {
      work_mem: { type: 'integer', min: 64, unit: 'kB', default: '4096', restart: false },
      shared_buffers: { type: 'integer', unit: '8kB', restart: true },
      max_connections: { type: 'integer', min: 1, max: 262_143, restart: true },
      'pg_stat_statements.track': { type: 'enum', values: ['none', 'top', 'all'], default: 'top', restart: false },
      server_version: { readOnly: true },
    },
    fatal: { shared_buffers: '8000GB' },
    innocent: ['file_copy_method', 'file_extend_method', 'log_temp_files', 'max_files_per_process', 'search_path'],
  },
  {
    datastore: 'mariadb',
    missing: 'missing' in mariadb ? mariadb.missing : null,
    open: () => openFetchedBench('mariadb', createMariadbDriver),
    known: {
      max_connections: { type: 'integer', min: 10, max: 100_000, default: '151', restart: false },
      sort_buffer_size: { type: 'integer', restart: false },
      thread_stack: { type: 'integer', restart: true },
      sql_mode: { type: 'set' },
      long_query_time: { type: 'number', min: 0 },
      version: { readOnly: true },
    },
    fatal: { innodb_buffer_pool_size: '8000G' },
    innocent: [
      ...['aria_max_sort_file_size', 'aria_pagecache_file_hash_size', 'aria_sync_log_dir'],
      ...['innodb_disable_sort_file_cache', 'innodb_file_per_table', 'innodb_open_files', 'keep_files_on_create'],
      ...['key_cache_file_hash_size', 'myisam_max_sort_file_size'],
    ],
  },
  {
    datastore: 'redis',
    missing: 'missing' in redis ? redis.missing : null,
    open: () => openFetchedBench('redis', createRedisDriver),
    known: {
      'maxmemory-policy': { type: 'enum', restart: false, default: 'noeviction' },
      hz: { type: 'integer', restart: false },
      'maxmemory-samples': { type: 'integer', min: 1, restart: false },
      'client-query-buffer-limit': { type: 'integer', unit: 'B', restart: false },
      activedefrag: { type: 'boolean', restart: false },
      databases: { type: 'integer', min: 1, default: '16', restart: true },
      'io-threads': { type: 'integer', min: 1, max: 128, restart: true },
    },
    fatal: { 'notify-keyspace-events': '?' },
    innocent: [],
  },
]

describe.each(cases)('the parameters of $datastore', ({ datastore, missing, open, known, fatal, innocent }) => {
  if (missing !== null) return it('are read', (context) => context.skip(missing))
  const { configuration } = engineOf(datastore)
  let bench: EngineBench
  let directory = ''
  let trials: Trials
  let installed: Installed
  let parameters: readonly Parameter[]
  const spec = { datastore, flavor: parseFlavorId('small'), vcpus: 1, memoryMiB: 256, volumeGiB: 1 }

  beforeAll(async () => {
    bench = await open()
    directory = await mkdtemp(join(tmpdir(), 'coffer-trials-'))
    await chmod(directory, 0o711)
    const [installation] = await bench.installations()
    if (installation === undefined) throw new Error(`${datastore} is not here`)
    installed = { driver: bench.driver, installation }
    const { owner } = bench
    const lent = async (): Promise<string> => {
      const made = join(directory, randomBytes(4).toString('hex'))
      await mkdir(made, { mode: 0o700 })
      if (owner) await chown(made, owner.uid, owner.gid)
      return made
    }
    const templates: Parameters<typeof createTrials>[0]['templates'] = {
      ensure: async () => {
        const template = join(bench.directory, 'template')
        await bench.driver.createTemplate(installation, template, owner, bound())
        return template
      },
      withWorkshop: async (_, work) => work({ directory: await lent(), runDir: await lent(), name: 'a trial', owner }),
    }
    const cgroups = { ensure: () => {}, join: () => {}, remove: async () => {} }
    const privileges = { drop: (command: Command) => command }
    trials = createTrials({ templates, privileges, cgroups, run, timers: systemTimers })
    const { version } = installation
    const read = bench.driver.readParameters
    parameters = await trials.withEngine(installed, { ...spec, version }, {}, read, bound())
  })
  afterAll(async () => {
    await bench?.close()
    await rm(directory, { recursive: true, force: true })
  })

  const named = (name: string): Parameter | undefined => parameters.find((parameter) => parameter.name === name)

  it('are told by the engine: types, ranges, choices, and what takes a restart', () => {
    for (const [name, told] of Object.entries(known)) expect(named(name), name).toMatchObject(told)
    expect(parameters.length).toBeGreaterThan(100)
    expect(new Set(parameters.map(({ name }) => name)).size).toBe(parameters.length)
    expect(parameters.map(({ name }) => name)).toEqual(parameters.map(({ name }) => name.toLowerCase()))
  })

  it('have those among them that Coffer sets or keeps', () => {
    const { version } = installed.installation
    const sets = Object.keys(configuration.defaults(spec, version))
    expect(sets.filter((name) => named(name) === undefined)).toEqual([])
    expect([...configuration.texts].filter((name) => named(name) === undefined)).toEqual([])
    expect(configuration.memory.filter((name) => whyNotSettable(datastore, named(name) as Parameter))).toEqual([])
    for (const { names } of configuration.owned) {
      expect(
        parameters.some(({ name }) => names.test(name)),
        String(names),
      ).toBe(true)
    }
  })

  it('lead nowhere out of the instance where they can be set', () => {
    const settable = parameters.filter((parameter) => whyNotSettable(datastore, parameter) === null)
    const suspicious =
      /file|dir\b|_dir_|path|command|librar|socket|port\b|ssl|tls|password|log_dest|passwd|plugin|init_/
    const sounding = settable.map(({ name }) => name).filter((name) => suspicious.test(name))
    expect(sounding.filter((name) => !innocent.includes(name))).toEqual([])
  })

  it('of a trial keep nothing running, whether or not the engine starts on them', async () => {
    const { version } = installed.installation
    const start = trials.withEngine(installed, { ...spec, version }, fatal, async () => undefined, bound())
    await expect(start).rejects.toMatchObject({ code: 'ENGINE_START_FAILED' })
    const traits = { nodeId: 'a trial', ownUid: bench.owner?.uid ?? null, engine: null }
    expect(findProcesses(traits)).toEqual([])
  })
})
