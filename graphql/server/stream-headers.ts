/** Of every stream of events: it is nobody else's, and a proxy must not hold it back (`X-Accel-Buffering` is nginx's). */
export const streamHeaders = { 'cache-control': 'no-store', 'x-accel-buffering': 'no' } as const
