type Write = (fields: Readonly<Record<string, unknown>>, message: string) => void

/** What the agent needs of a logger; pino's fits. Fields never hold a secret. */
export type AgentLog = { readonly debug: Write; readonly info: Write; readonly warn: Write; readonly error: Write }
