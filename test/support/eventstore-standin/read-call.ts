import type { ServerWritableStream } from '@grpc/grpc-js'
import type { streams } from './protocol.ts'

export type Request = InstanceType<typeof streams.ReadReq>
export type Response = InstanceType<typeof streams.ReadResp>
export type ReadOptions = NonNullable<ReturnType<Request['getOptions']>>
export type ReadCall = ServerWritableStream<Request, Response>

/** Waits until the client takes more. False when it is gone. */
export const send = async (call: ReadCall, message: Response): Promise<boolean> => {
  if (call.cancelled || call.destroyed) return false
  if (!call.write(message)) await untilDrained(call)
  return !(call.cancelled || call.destroyed)
}

/** Resolves when there is room again, or the client is gone. */
const untilDrained = (call: ReadCall): Promise<void> =>
  new Promise((resolve) => {
    const names = ['drain', 'cancelled', 'close'] as const
    const settle = (): void => {
      for (const name of names) call.off(name, settle)
      resolve()
    }
    for (const name of names) call.on(name, settle)
  })
