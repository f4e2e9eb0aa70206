/** `hasColors`: as Node knows it, from NO_COLOR, TERM=dumb and their like. */
export type TerminalStream = NodeJS.WritableStream & {
  readonly isTTY?: boolean
  readonly columns?: number
  readonly hasColors?: () => boolean
}

/** What a command writes to and is written for. `stderr`: where progress and remarks go. */
export type Terminal = {
  readonly stdout: TerminalStream
  readonly stderr: TerminalStream
  readonly stdin: NodeJS.ReadStream
  /** It cannot move its cursor (`TERM=dumb`): nothing is drawn over. */
  readonly isDumb?: boolean
}

export type Style = (text: string) => string

const styled =
  (open: number, close: number): Style =>
  (text) =>
    `\u001b[${open}m${text}\u001b[${close}m`

const plain: Style = (text) => text

type Styles = Readonly<Record<'bold' | 'dim' | 'green' | 'red' | 'yellow', Style>>

/** Colours for a terminal that shows them, none for a file, a pipe, or a user who wants none. */
export const stylesFor = (stream: Pick<TerminalStream, 'isTTY' | 'hasColors'>): Styles =>
  stream.isTTY && (stream.hasColors?.() ?? true)
    ? { bold: styled(1, 22), dim: styled(2, 22), green: styled(32, 39), red: styled(31, 39), yellow: styled(33, 39) }
    : { bold: plain, dim: plain, green: plain, red: plain, yellow: plain }
