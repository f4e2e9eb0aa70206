import { type Kernel, systemKernel } from '../../kernel/kernel.ts'
import { silentLog } from './silent-log.ts'

/** The kernel of a real process, which logs nothing. */
export const quietKernel: Kernel = systemKernel(silentLog)
