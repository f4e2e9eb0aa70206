import { CommandFailed, type Run } from '../run.ts'

/** A program with its arguments. */
export type Command = { readonly command: string; readonly args: readonly string[] }

/** Keeps what an engine starts from becoming more than its account is, by a setuid program say. */
export type Privileges = {
  readonly missing: readonly string[]
  /** The same program, which can gain no privileges, nor can what it starts (`no_new_privs`, prctl(2)). */
  drop(command: Command): Command
}

/** Node cannot set the flag itself: `setpriv` of util-linux, or of busybox, sets it and becomes the program. */
export const findPrivileges = async (run: Run, signal: AbortSignal): Promise<Privileges> => {
  try {
    await run('setpriv', ['--no-new-privs', 'true'], signal)
  } catch (error) {
    if (!(error instanceof CommandFailed)) throw error
    signal.throwIfAborted()
    return {
      missing: ['engines are not kept from setuid programs: setpriv is not installed, or does not work'],
      drop: (command) => command,
    }
  }
  return {
    missing: [],
    drop: ({ command, args }) => ({ command: setpriv, args: ['--no-new-privs', '--', command, ...args] }),
  }
}

/** Found by the engine's own search path, which is that of the system. */
const setpriv = 'setpriv'
