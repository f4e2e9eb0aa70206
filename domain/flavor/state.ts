import type { FlavorId } from '../ids.ts'

type Known = {
  readonly flavorId: FlavorId
  readonly vcpus: number
  readonly memoryMiB: number
  readonly description: string
}

export type FlavorState =
  | { readonly status: 'ABSENT' }
  | (Known & { readonly status: 'DEFINED' })
  | (Known & { readonly status: 'RETIRED' })

export const absentFlavor: FlavorState = { status: 'ABSENT' }
