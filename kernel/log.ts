/** What the program tells the people who run it; `pino` fits. Fields never hold secrets, data of users or variables of a query. */
export type Log = {
  readonly debug: (fields: object, message: string) => void
  readonly info: (fields: object, message: string) => void
  readonly warn: (fields: object, message: string) => void
  readonly error: (fields: object, message: string) => void
}
