import { type ControlPlane, type ControlPlaneOptions, startControlPlane } from './control-plane.ts'
import { hostDescription, type Script, startScriptedAgent } from './scripted-agent.ts'
import { waitFor } from './wait-for.ts'

export type PlaneWithAgentOptions = ControlPlaneOptions & {
  /** Default: the agent succeeds in everything. */
  readonly script?: Script
}

/**
 * A control plane and one host, whose agent follows a script: ready to place instances of the flavor `small` there. What stops it is added to
 * `stops`, to be called in the opposite order.
 */
export const startPlaneWithAgent = async (
  dataDir: string,
  stops: (() => Promise<void>)[],
  { script = () => 'succeed', ...options }: PlaneWithAgentOptions = {},
): Promise<{ readonly plane: ControlPlane; readonly agent: Awaited<ReturnType<typeof startScriptedAgent>> }> => {
  const plane = await startControlPlane(dataDir, options)
  stops.push(plane.stop)
  const agent = await startScriptedAgent(plane.bus, hostDescription(), script)
  stops.push(agent.stop)
  await plane.defineSmallFlavor()
  await waitFor('the host and the flavor to be known', () => {
    const offered = plane.directory.datastores().flatMap((datastore) => datastore.offered)
    return offered.includes('17.10') && plane.directory.flavors().length === 1
  })
  return { plane, agent }
}
