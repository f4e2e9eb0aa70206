import { join } from 'node:path'
import { isExecutable } from '../../../files.ts'
import { isFull, systemErrorIn } from '../../../system-errors.ts'
import { EngineFault, type Installation } from '../../engine.ts'
import type { ProgramFailed } from '../../run-program.ts'

/** `tool`: copies and prepares. `unpacker`: of the stream that the tool writes. */
export type BackupPrograms = { readonly tool: string; readonly unpacker: string }

/** MariaDB has them in a package of their own. Throws `FEATURE_NOT_AVAILABLE` where that is missing. */
export const backupProgramsOf = async ({ binDir, version }: Installation): Promise<BackupPrograms> => {
  const programs = join(binDir, '..', 'bin')
  const [tool, unpacker] = [join(programs, 'mariadb-backup'), join(programs, 'mbstream')]
  if ((await isExecutable(tool)) && (await isExecutable(unpacker))) return { tool, unpacker }
  throw new EngineFault(
    'FEATURE_NOT_AVAILABLE',
    `The MariaDB ${version} of the host has no mariadb-backup: "coffer engines install mariadb" fetches it, and a package of the same name has it`,
  )
}

/** What the programs printed stays on the host. `otherwise`: where it was not for want of space. */
export const faultOf = (failed: ProgramFailed, otherwise: EngineFault): EngineFault =>
  isFull(systemErrorIn(failed.stderr)) || /\b(?:Errcode|errno):? 28\b/.test(failed.stderr)
    ? new EngineFault('DISK_FULL', 'mariadb-backup found no space left', { retryable: true, cause: failed })
    : otherwise
