import type { AgentConfig } from './config.ts'
import type { Host } from './host.ts'
import type { Installed } from './installations.ts'

/** Of the first volume made ahead of need; later ones are like the last that was asked for. */
const firstPreparedGiB = 1

/** Makes templates ahead of need, and volumes with copies of the first. */
export const prepareTemplates = async (host: Host, signal: AbortSignal): Promise<void> => {
  for (const [index, wish] of host.config.prepare.entries()) {
    const installed = await prepareTemplate(host, wish, signal)
    if (index === 0 && installed) host.prepared.prepareFor(installed, firstPreparedGiB)
  }
  if (host.config.prepare.length > 0) await readTheOthers(host, signal)
}

/** The parameters of versions that nobody has asked for an instance of are read as well, so that they can be looked up, once nothing else is to be done. */
const readTheOthers = async (host: Host, signal: AbortSignal): Promise<void> => {
  await host.timers.sleep(unhurriedMs, { signal, ref: false }).catch(() => {})
  for (const { datastore, version } of host.installations.engines()) {
    await prepareTemplate(host, { datastore, version }, signal)
  }
}

const unhurriedMs = 60_000

/** Null where there is none to make. One that fails is tried again when an instance needs it, and fails that, with the reason. */
export const prepareTemplate = async (
  { installations, templates, parameters, log }: Pick<Host, 'installations' | 'templates' | 'parameters' | 'log'>,
  wish: AgentConfig['prepare'][number],
  signal: AbortSignal,
): Promise<Installed | null> => {
  const version = wish.version ?? installations.newest(wish.datastore)?.version
  if (version === undefined || signal.aborted) return null
  try {
    const installed = await installations.find(wish.datastore, version, signal)
    await templates.ensure(installed, signal)
    parameters.tell(installed)
    return installed
  } catch (error) {
    if (!signal.aborted) log.warn({ ...wish, err: error }, 'a template could not be made ahead of need')
    return null
  }
}
