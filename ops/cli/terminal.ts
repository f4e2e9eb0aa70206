/** What a command writes to and is written for. `lines`: standard error, where progress and remarks go. */
export type Terminal = {
  readonly stdout: NodeJS.WritableStream & { readonly isTTY?: boolean; readonly columns?: number }
  readonly stderr: NodeJS.WritableStream & { readonly isTTY?: boolean; readonly columns?: number }
  readonly stdin: NodeJS.ReadStream
}

export type Style = (text: string) => string

const styled =
  (open: number, close: number): Style =>
  (text) =>
    `\u001b[${open}m${text}\u001b[${close}m`

const plain: Style = (text) => text

/** Colours for a terminal, none for a file or pipe. */
export const stylesFor = (stream: {
  readonly isTTY?: boolean
}): Readonly<Record<'bold' | 'dim' | 'green' | 'red' | 'yellow', Style>> =>
  stream.isTTY
    ? { bold: styled(1, 22), dim: styled(2, 22), green: styled(32, 39), red: styled(31, 39), yellow: styled(33, 39) }
    : { bold: plain, dim: plain, green: plain, red: plain, yellow: plain }
