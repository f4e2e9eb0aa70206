import { accept, type Decision, reject, unreachable } from '../decider.ts'
import { allFaults } from '../rejection.ts'
import { amountRefusal, mostMemoryMiB, mostVcpus } from '../values/amount.ts'
import type { FlavorCommand } from './commands.ts'
import type { FlavorEvent } from './events.ts'
import type { FlavorState } from './state.ts'

type DefineFlavor = Extract<FlavorCommand, { readonly type: 'DefineFlavor' }>

export const decide = (command: FlavorCommand, state: FlavorState): Decision<FlavorEvent> => {
  switch (command.type) {
    case 'DefineFlavor': {
      const { type: _, ...definition } = command
      const rejection = allFaults([
        amountRefusal('vcpus', command.vcpus, 1, mostVcpus),
        amountRefusal('memoryMiB', command.memoryMiB, 1, mostMemoryMiB),
      ])
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
