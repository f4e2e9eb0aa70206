import type { RegistrationKey } from './commands.ts'
import type { Channel } from './state.ts'

export const noChannel: Channel = { signingKey: null, reported: 0, heard: 0, refusedKey: null }

/** Another key begins anew: what was signed by the former one is refused for that alone. */
export const registeredBy = (channel: Channel, signingKey: string | undefined, sequence = 0): Channel =>
  signingKey === undefined || signingKey === channel.signingKey
    ? reported(channel, sequence)
    : { ...noChannel, signingKey, reported: sequence }

export const reported = (channel: Channel, sequence = 0): Channel => ({
  ...channel,
  reported: Math.max(channel.reported, sequence),
})

export const heard = (channel: Channel, sequence = 0): Channel => ({
  ...channel,
  heard: Math.max(channel.heard, sequence),
})

/** True if something has followed from a later report already: this one was sent again. Several things can follow from one report. */
export const isOvertaken = ({ reported }: Channel, sequence: number | undefined): boolean =>
  sequence !== undefined && sequence < reported

/** Whether a registration with this key may speak for the host. Where there is no key yet, only a host that is known from before needs none. */
export const isAdmitted = ({ signingKey }: Channel, key: RegistrationKey | null): boolean => {
  if (key === null) return signingKey === null
  if (signingKey === key.signingKey) return true
  return signingKey === null ? key.admittedBy !== null : isForThisHost(key)
}

const isForThisHost = ({ admittedBy }: RegistrationKey): boolean =>
  admittedBy === 'master-key' || admittedBy === 'token-for-host'
