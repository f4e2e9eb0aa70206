import type { CommandId } from '../ids.ts'

export type RequestState =
  | { readonly status: 'UNKNOWN' }
  | {
      readonly status: 'RECEIVED'
      readonly fingerprint: string
      readonly commandId: CommandId
      /** From then on the key stands for nothing any more, and may be used again. */
      readonly expiresAt: string
    }

export const initialRequest: RequestState = { status: 'UNKNOWN' }
