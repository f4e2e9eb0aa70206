/** A log for whatever must have one. */
export const silentLog = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} }
