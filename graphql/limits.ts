/** Every bound of the API, each with the error that says it was met. */
export type ApiLimits = {
  /** Of one HTTP body or WebSocket message: HTTP 413, or close code 1009. */
  readonly bodyBytes: number
  /** Lexical tokens of a document: `QUERY_TOO_COMPLEX`, before the rest of it is read. */
  readonly tokens: number
  /** Brackets of all kinds within each other, of lists, objects and fragments too: `QUERY_TOO_COMPLEX`. */
  readonly nesting: number
  /** Levels of fields: `QUERY_TOO_COMPLEX`. */
  readonly depth: number
  /** Aliases in a document: `QUERY_TOO_COMPLEX`. */
  readonly aliases: number
  /** Fields of an operation at the top, each of which counts as a request: `QUERY_TOO_COMPLEX`. */
  readonly rootFields: number
  /** Fields in one selection, with those of its fragments: `QUERY_TOO_COMPLEX`. */
  readonly selectionFields: number
  /** Fields an operation may ask for, with lists counted as often as they ask: `QUERY_TOO_COMPLEX`. */
  readonly complexity: number
  /** How many times what reading the whole schema costs the introspection of an operation may cost: `QUERY_TOO_COMPLEX`. */
  readonly introspections: number
  /** Values in the variables of an operation, of objects and lists: `QUERY_TOO_COMPLEX`. */
  readonly variableValues: number
  /** Levels of objects and lists in the variables: `QUERY_TOO_COMPLEX`. */
  readonly variableDepth: number
  /** Items of one list in the variables: `QUERY_TOO_COMPLEX`. */
  readonly variableListLength: number
  /** Requests a minute of a project, for queries, mutations and subscriptions each: `RATE_LIMITED`. 0: no limit. Admins have none. */
  readonly requestsPerMinute: number
  /** Subscriptions a project may have open: `TOO_MANY_SUBSCRIPTIONS`. */
  readonly subscriptionsPerProject: number
  /** Operations one WebSocket may have open: `TOO_MANY_SUBSCRIPTIONS`. */
  readonly operationsPerSocket: number
  /** WebSockets a project may have open: close code 1013. */
  readonly socketsPerProject: number
  /** WebSockets open at once, of everybody who has said who they are: HTTP 503, or close code 1013. */
  readonly sockets: number
  /** New WebSockets that have not said yet who they are. One more takes the place of the oldest: close code 1013. */
  readonly newSockets: number
  /** How long a new WebSocket may take to say who it is: close code 4408. */
  readonly socketInitMs: number
  /** A WebSocket that does not answer a ping within this time is cut, and any subscriber that takes nothing for twice as long. */
  readonly pingMs: number
  /** Bytes that may wait for one subscriber. One over it is cut. */
  readonly subscriberBufferBytes: number
  /** Bytes that may wait for all subscribers of a project. Those with most are cut. */
  readonly projectBufferBytes: number
  /** Bytes that may wait for all subscribers. Those with most are cut. */
  readonly bufferBytes: number
}

export const defaultLimits: ApiLimits = {
  bodyBytes: 256 * 1024,
  tokens: 4000,
  nesting: 100,
  depth: 12,
  aliases: 50,
  rootFields: 50,
  selectionFields: 200,
  complexity: 25_000,
  introspections: 2,
  variableValues: 10_000,
  variableDepth: 16,
  variableListLength: 1000,
  requestsPerMinute: 200,
  subscriptionsPerProject: 500,
  operationsPerSocket: 50,
  socketsPerProject: 500,
  sockets: 2000,
  newSockets: 500,
  socketInitMs: 5000,
  pingMs: 15_000,
  subscriberBufferBytes: 8 * 1024 * 1024,
  projectBufferBytes: 32 * 1024 * 1024,
  bufferBytes: 128 * 1024 * 1024,
}
