import { accept, type Decision, reject, unreachable } from '../decider.ts'
import type { HostId } from '../ids.ts'
import { sameName } from '../values/names.ts'
import { quote } from '../values/text.ts'
import type { FleetCommand } from './commands.ts'
import type { FleetEvent } from './events.ts'
import type { FleetState } from './state.ts'

export const decide = (command: FleetCommand, { names }: FleetState): Decision<FleetEvent> => {
  const { hostId } = command
  const own = names.get(hostId)
  switch (command.type) {
    case 'TakeHostName': {
      const { name } = command
      if (own === name) return accept()
      const other = [...names].find(([id, taken]) => id !== hostId && sameHostName(taken, name))
      return other ? reject(nameTaken(name, other[0])) : accept({ type: 'FleetHostNameTaken', data: { hostId, name } })
    }
    case 'ReleaseHostName':
      return own === undefined ? accept() : accept({ type: 'FleetHostNameReleased', data: { hostId, name: own } })
    default:
      return unreachable(command)
  }
}

/** As of machines: in any case. */
const sameHostName = (one: string, other: string): boolean => sameName(one.toLowerCase(), other.toLowerCase())

const nameTaken = (name: string, other: HostId) =>
  ({
    code: 'ALREADY_EXISTS',
    message: `host ${other} has the name ${quote(name)}: give this host another one (COFFER_AGENT_NAME) and restart its agent, or remove that host ("coffer admin host remove ${other}")`,
    field: 'name',
    details: { hostId: other },
  }) as const
