import type { RequestIds } from './events.ts'

export type RequestState =
  | { readonly status: 'UNKNOWN' }
  | {
      readonly status: 'RECEIVED'
      readonly fingerprint: string
      readonly ids: RequestIds
      /** From then on the key stands for nothing any more, and may be used anew. */
      readonly expiresAt: string
    }

export const initialRequest: RequestState = { status: 'UNKNOWN' }
