import type { Dispatch } from '../../commands/api.ts'
import type { Directory } from '../../commands/directory.ts'
import { flavorStream } from '../../domain/flavor/index.ts'
import { parseFlavorId } from '../../domain/ids.ts'

/** What a new installation offers. An admin may change and retire them: what the log knows is not touched again. */
export const defaultFlavors = [
  { id: 'tiny', vcpus: 1, memoryMiB: 512, description: 'For trying things out' },
  { id: 'small', vcpus: 1, memoryMiB: 1024, description: 'For development and small services' },
  { id: 'medium', vcpus: 2, memoryMiB: 2048, description: 'For services with some traffic' },
  { id: 'large', vcpus: 2, memoryMiB: 4096, description: 'For data that should stay in memory' },
  { id: 'xlarge', vcpus: 4, memoryMiB: 8192, description: 'For busy services' },
  { id: '2xlarge', vcpus: 8, memoryMiB: 16_384, description: 'For the busiest' },
] as const

/** Offers the default flavors that were never heard of. One whose history cannot be read stays out, and keeps the others from nothing. */
export const seedFlavors = async (
  { directory, dispatch }: { readonly directory: Directory; readonly dispatch: Dispatch },
  signal: AbortSignal,
): Promise<void> => {
  for (const { id, ...size } of defaultFlavors) {
    const flavorId = parseFlavorId(id)
    if (directory.refusal(flavorStream(flavorId)) || directory.flavor(flavorId).status !== 'ABSENT') continue
    const answer = await dispatch({
      command: { type: 'DefineFlavor', id, ...size },
      actor: { kind: 'system', name: 'setup' },
      signal,
    })
    if (!answer.accepted) throw new Error(`the default flavor ${id} was refused: ${answer.rejection.message}`)
  }
}
