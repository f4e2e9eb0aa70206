/** What the API says to whoever runs it; `pino` fits. Fields never hold a token, a password or a query's variables. */
export type ApiLog = {
  readonly debug: (fields: object, message: string) => void
  readonly info: (fields: object, message: string) => void
  readonly warn: (fields: object, message: string) => void
  readonly error: (fields: object, message: string) => void
}

/** `none`: no operation could be made out, as the document or the token was refused. */
export type OperationType = 'query' | 'mutation' | 'subscription' | 'none'

/** What is counted, for whoever keeps the metrics. */
export type ApiMetrics = {
  /** An operation was answered, or a subscription opened. `outcome`: `OK` or the code of its first error. */
  readonly answered: (operation: OperationType, outcome: string, seconds: number) => void
  /** How many subscriptions are open now. */
  readonly openSubscriptions: (count: number) => void
}

export const noMetrics: ApiMetrics = { answered: () => {}, openSubscriptions: () => {} }
