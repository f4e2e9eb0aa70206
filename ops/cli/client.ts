import { runProgram } from './run-program.ts'

// What the client package runs: the command line alone, without a server and without a clone around it.
await runProgram({
  environment: { ...process.env, _COFFER_INVOKED_AS: process.argv[1] },
  clone: null,
})
