import { plusMs } from '../values/time.ts'
import type { RequestIds } from './events.ts'

type RequestReceivedV1 = { readonly requestId: string; readonly fingerprint: string; readonly ids: RequestIds }

const dayMs = 24 * 3_600_000

/** When a UUID of version 7 was made: its first 48 bits are milliseconds since 1970 (RFC 9562, section 5.7). */
const madeAt = (uuid: string): string =>
  new Date(Number.parseInt(uuid.replaceAll('-', '').slice(0, 12), 16)).toISOString()

/** Version 1 did not say until when the key stands for the request. Its ids were made when it came, and a day is what it is given. */
export const upcastRequestReceivedV1 = (data: RequestReceivedV1) => ({
  ...data,
  expiresAt: plusMs(madeAt(data.ids.commandId), dayMs),
})
