import { z } from 'zod'
import { unreachable } from '../decider.ts'

/** What an instance takes of a host and of a project's quota. Whole numbers; memory in MiB, volume in GiB. */
export const resourcesSchema = z.object({
  vcpus: z.int().nonnegative(),
  memoryMiB: z.int().nonnegative(),
  volumeGiB: z.int().nonnegative(),
})
export type Resources = z.infer<typeof resourcesSchema>

export const resourceKinds = ['vcpus', 'memoryMiB', 'volumeGiB'] as const

/** Of anything that says how much it takes, and more. */
export const resourcesOf = ({ vcpus, memoryMiB, volumeGiB }: Resources): Resources => ({ vcpus, memoryMiB, volumeGiB })

export const noResources: Resources = { vcpus: 0, memoryMiB: 0, volumeGiB: 0 }

export const addResources = (a: Resources, b: Resources): Resources => ({
  vcpus: a.vcpus + b.vcpus,
  memoryMiB: a.memoryMiB + b.memoryMiB,
  volumeGiB: a.volumeGiB + b.volumeGiB,
})

export const subtractResources = (a: Resources, b: Resources): Resources => ({
  vcpus: a.vcpus - b.vcpus,
  memoryMiB: a.memoryMiB - b.memoryMiB,
  volumeGiB: a.volumeGiB - b.volumeGiB,
})

/** Of each resource the larger amount. */
export const mostResources = (a: Resources, b: Resources): Resources => ({
  vcpus: Math.max(a.vcpus, b.vcpus),
  memoryMiB: Math.max(a.memoryMiB, b.memoryMiB),
  volumeGiB: Math.max(a.volumeGiB, b.volumeGiB),
})

export const sameResources = (a: Resources, b: Resources): boolean =>
  a.vcpus === b.vcpus && a.memoryMiB === b.memoryMiB && a.volumeGiB === b.volumeGiB

/** How people call them: `4 GiB of volume`. */
export const amountInWords = (resource: keyof Resources | 'instances' | 'backupGiB', amount: number): string => {
  switch (resource) {
    case 'instances':
      return amount === 1 ? '1 instance' : `${amount} instances`
    case 'vcpus':
      return amount === 1 ? '1 vCPU' : `${amount} vCPUs`
    case 'memoryMiB':
      return `${amount} MiB of memory`
    case 'volumeGiB':
      return `${amount} GiB of volume`
    case 'backupGiB':
      return `${amount} GiB of backups`
    default:
      return unreachable(resource)
  }
}
