import { type Kernel, systemKernel } from '../../kernel/kernel.ts'

const silent = (): void => {}

/** The kernel of a real process, which logs nothing. */
export const quietKernel: Kernel = systemKernel({ debug: silent, info: silent, warn: silent, error: silent })
