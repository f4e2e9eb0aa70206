export type ClientSettings = {
  /** Without a slash at its end. */
  readonly url: string
  readonly token: string
}

export type ClientEnvironment = Readonly<Record<string, string | undefined>>
