import { parseArgs } from 'node:util'
import { serve } from './serve.ts'

/** `npm start`: a server in the foreground; `npm start -- --role agent` for some roles of one. */
const rolesFromArguments = (): string | undefined => {
  try {
    return parseArgs({ options: { role: { type: 'string' } } }).values.role
  } catch (error) {
    process.stderr.write(`coffer: ${(error as Error).message}; --role <roles> is all there is\n`)
    return process.exit(2)
  }
}

process.exit(await serve(rolesFromArguments()))
