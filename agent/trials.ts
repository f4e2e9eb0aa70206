import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { open } from 'node:fs/promises'
import { join } from 'node:path'
import type { InstanceSpec } from '../domain/values/instance-spec.ts'
import type { ParameterValues } from '../domain/values/parameter.ts'
import type { Kernel } from '../kernel/kernel.ts'
import type { EngineInstance, Owner } from './engines/engine.ts'
import type { Installed } from './installations.ts'
import type { Cgroups } from './isolation/cgroups.ts'
import type { Privileges } from './isolation/privileges.ts'
import type { Run } from './run.ts'
import { nodeMarker } from './supervision/process-table.ts'
import type { Templates, Workshop } from './templates.ts'

export type Trials = {
  /** Resolves if such an engine starts. What has started once is not started again. Throws as `withEngine`. */
  starts(
    installed: Installed,
    spec: InstanceSpec,
    parameters: ParameterValues,
    account: Owner,
    signal: AbortSignal,
  ): Promise<void>
  /**
   * Starts an engine of this size with these values on a copy of its template, within the memory of that size and where nobody can reach it, and hands it to `use`. Nothing of it is left
   * when that has ended. `account`: as which it runs; one of its own if absent, which takes its time. Throws as `EngineLifecycle.waitReady` where it does not start.
   */
  withEngine<T>(
    installed: Installed,
    spec: InstanceSpec,
    parameters: ParameterValues,
    use: (instance: EngineInstance, signal: AbortSignal) => Promise<T>,
    signal: AbortSignal,
    account?: Owner,
  ): Promise<T>
}

export type TrialsDeps = Pick<Kernel, 'timers'> & {
  readonly templates: Pick<Templates, 'ensure' | 'withWorkshop'>
  readonly privileges: Pick<Privileges, 'drop'>
  readonly cgroups: Pick<Cgroups, 'ensure' | 'join' | 'remove'>
  readonly run: Run
}

const mostRemembered = 200
const startTimeoutMs = 60_000
const endTimeoutMs = 10_000
/** None listens there: an engine of a trial has no network. */
const nowhere = { address: '127.0.0.1', port: 1 } as const
const noTls = { certificate: '', key: '', ca: '' } as const

/** Tries values out where no failure matters. */
export const createTrials = ({ templates, privileges, cgroups, run, timers }: TrialsDeps): Trials => {
  const begin = async ({ driver }: Installed, instance: EngineInstance, name: string): Promise<() => Promise<void>> => {
    const { command: program, args: own, env } = driver.processSpec(instance)
    const { command, args } = privileges.drop({ command: program, args: own })
    await using log = await open(instance.logFile, 'a', 0o600)
    const child = spawn(command, args, {
      cwd: instance.dataDir,
      env: { ...env, [nodeMarker]: name },
      detached: true,
      stdio: ['ignore', log.fd, log.fd],
      ...(instance.owner ? { uid: instance.owner.uid, gid: instance.owner.gid } : {}),
    })
    if (child.pid !== undefined) cgroups.join(name, child.pid)
    await once(child, 'spawn')
    return async () => {
      if (child.exitCode !== null || child.signalCode !== null) return
      const ended = once(child, 'exit')
      child.kill(driver.stopSignals.immediate)
      const timer = timers.after(endTimeoutMs, () => child.kill('SIGKILL'))
      await ended.finally(timer.cancel)
    }
  }

  const started = new Set<string>()
  const trials: Trials = {
    starts: async (installed, spec, parameters, account, signal) => {
      const { source } = installed.installation
      const key = JSON.stringify([source, spec, Object.entries(parameters).sort()])
      if (started.has(key)) return
      await trials.withEngine(installed, spec, parameters, async () => undefined, signal, account)
      if (started.size >= mostRemembered) started.clear()
      started.add(key)
    },
    withEngine: async (installed, spec, parameters, use, signal, account) => {
      const template = await templates.ensure(installed, signal)
      return templates.withWorkshop(
        signal,
        async (workshop) => {
          const instance = describe(installed, spec, parameters, workshop)
          await run('cp', ['--archive', '--reflink=auto', template, instance.dataDir], signal)
          const { owner } = workshop
          if (owner) await run('chown', ['--recursive', `${owner.uid}:${owner.gid}`, instance.dataDir], signal)
          await installed.driver.configure(instance, { clients: 'trial', volume: 'ROOMY' })
          await using ends = new AsyncDisposableStack()
          cgroups.ensure(workshop.name, spec)
          ends.defer(() => cgroups.remove(workshop.name, timers.timeout(endTimeoutMs)))
          ends.defer(await begin(installed, instance, workshop.name))
          await installed.driver.waitReady(instance, AbortSignal.any([signal, timers.timeout(startTimeoutMs)]))
          return await use(instance, signal)
        },
        account,
      )
    },
  }
  return trials
}

const describe = (
  { installation }: Installed,
  spec: InstanceSpec,
  parameters: ParameterValues,
  { directory, runDir, name, owner }: Workshop,
): EngineInstance => ({
  nodeId: name,
  spec,
  parameters,
  installation,
  owner,
  runDir,
  dataDir: join(directory, 'data'),
  logFile: join(directory, 'engine.log'),
  listen: nowhere,
  publishedAs: nowhere.address,
  tls: noTls,
  monitorPassword: '',
})
