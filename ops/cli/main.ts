import { programDir } from '../program-info.ts'
import { runProgram } from './run-program.ts'

await runProgram({
  environment: process.env,
  clone: programDir,
  // Loaded only when it is asked for: a client command is done before a server would have started.
  engines: async (dataDir) => {
    const { createLocalEngines, isRefusal } = await import('../engines/local-engines.ts')
    return { engines: createLocalEngines(dataDir), isRefusal }
  },
  serve: async (roles) => (await import('../serve.ts')).serve(roles),
})
