import type { NodeId } from '../../domain/ids.ts'
import type { Parameter, ParameterValues } from '../../domain/values/parameter.ts'
import type { Installed } from '../installations.ts'
import type { NodeRecords } from '../journal/nodes.ts'
import type { EngineControl } from './engine-control.ts'

export type Configurations = {
  /**
   * These parameters, and none besides, are given to the engine at every start from now on; of a running one, those that it takes are so when this
   * resolves. Throws what the engine says of a value that it does not take.
   */
  set(nodeId: NodeId, parameters: ParameterValues, signal: AbortSignal): Promise<void>
}

export type ConfigurationsDeps = {
  readonly records: NodeRecords
  readonly control: Pick<EngineControl, 'describe' | 'limit' | 'findRunning'>
  readonly parametersOf: (installed: Installed, signal: AbortSignal) => Promise<readonly Parameter[]>
}

/** Sets the parameters of engines. The caller sees to it that nobody else acts on the same instance. */
export const createConfigurations = ({ records, control, parametersOf }: ConfigurationsDeps): Configurations => ({
  set: async (nodeId, wanted, signal) => {
    const before = records.update(nodeId, {})
    const { effective } = before.configuration
    const engine = await control.describe(before, signal)
    const runs = (await control.findRunning(engine)) !== null
    if (!runs) {
      records.update(nodeId, { configuration: { ...before.configuration, wanted, refusal: null } })
      return
    }
    const { driver, instance } = engine
    const known = await parametersOf({ driver, installation: instance.installation }, signal)
    const changed = known.filter(({ name }) => wanted[name] !== effective[name])
    const live = changed.filter(({ restart }) => !restart)
    const waiting = new Set(changed.filter(({ restart }) => restart).map(({ name }) => name))
    // Before the engine is told: a start in between has all of them.
    const record = records.update(nodeId, {
      configuration: {
        ...before.configuration,
        wanted,
        effective: { ...pick(wanted, (name) => !waiting.has(name)), ...pick(effective, (name) => waiting.has(name)) },
        refusal: null,
      },
    })
    const told = await control.describe(record, signal)
    await control.limit(told, record.volumeStage, signal)
    if (live.length > 0) await driver.applyParameters(told.instance, live, signal)
  },
})

const pick = (values: ParameterValues, isMeant: (name: string) => boolean): ParameterValues =>
  Object.fromEntries(Object.entries(values).filter(([name]) => isMeant(name)))
