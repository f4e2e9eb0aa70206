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
