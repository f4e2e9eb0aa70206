import type { FlavorId } from '../ids.ts'

export type FlavorCommand =
  | {
      readonly type: 'DefineFlavor'
      readonly flavorId: FlavorId
      readonly vcpus: number
      readonly memoryMiB: number
      readonly description: string
    }
  | { readonly type: 'RetireFlavor'; readonly flavorId: FlavorId }
