import { accept, type Decision, reject, unreachable } from '../decider.ts'
import type { Rejection } from '../rejection.ts'
import type { FlavorCommand } from './commands.ts'
import type { FlavorEvent } from './events.ts'
import type { FlavorState } from './state.ts'

type DefineFlavor = Extract<FlavorCommand, { readonly type: 'DefineFlavor' }>

/** More than any one machine has: whoever asks for more has mistaken the unit. */
const maxVcpus = 1024
const maxMemoryMiB = 64 * 1024 * 1024

export const decide = (command: FlavorCommand, state: FlavorState): Decision<FlavorEvent> => {
  switch (command.type) {
    case 'DefineFlavor': {
      const { type: _, ...definition } = command
      const rejection =
        checkAmount('vcpus', command.vcpus, maxVcpus) ?? checkAmount('memoryMiB', command.memoryMiB, maxMemoryMiB)
      if (rejection) return reject(rejection)
      return isDefinedSo(command, state) ? accept() : accept({ type: 'FlavorDefined', data: definition })
    }
    case 'RetireFlavor': {
      const { flavorId } = command
      if (state.status === 'RETIRED') return accept()
      if (state.status === 'DEFINED') return accept({ type: 'FlavorRetired', data: { flavorId } })
      return reject({ code: 'UNKNOWN_FLAVOR', message: `there is no flavor ${flavorId}`, field: 'flavorId' })
    }
    default:
      return unreachable(command)
  }
}

const isDefinedSo = (wish: DefineFlavor, state: FlavorState): boolean =>
  state.status === 'DEFINED' &&
  state.vcpus === wish.vcpus &&
  state.memoryMiB === wish.memoryMiB &&
  state.description === wish.description

const checkAmount = (field: 'vcpus' | 'memoryMiB', value: number, limit: number): Rejection | null =>
  Number.isInteger(value) && value >= 1 && value <= limit
    ? null
    : { code: 'INVALID_INPUT', message: `${field} is a whole number from 1 to ${limit}, not ${value}`, field }
