import type { CommandId } from '../ids.ts'
import type { RequestId } from './id.ts'

export type RequestCommand = {
  readonly type: 'ReceiveRequest'
  readonly requestId: RequestId
  readonly fingerprint: string
  /** What it is carried out under, if it is not known yet. */
  readonly commandId: CommandId
  readonly now: string
  /** Until when the key stands for this request, if it is not known yet. */
  readonly expiresAt: string
}
