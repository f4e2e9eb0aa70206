import type { Host } from './host.ts'

/** Of the first volume made ahead of need; later ones are like the last that was asked for. */
const firstPreparedGiB = 1

/** Makes templates ahead of need. One that fails is tried again when an instance needs it, and fails that, with the reason. */
export const prepareTemplates = async (
  { config, installations, templates, prepared, log }: Host,
  signal: AbortSignal,
): Promise<void> => {
  for (const [index, wish] of config.prepare.entries()) {
    const version = wish.version ?? installations.newest(wish.datastore)?.version
    if (version === undefined || signal.aborted) continue
    try {
      const installed = await installations.find(wish.datastore, version, signal)
      await templates.ensure(installed, signal)
      if (index === 0) prepared.prepareFor(installed, firstPreparedGiB)
    } catch (error) {
      if (!signal.aborted) log.warn({ ...wish, err: error }, 'a template could not be made ahead of need')
    }
  }
}
