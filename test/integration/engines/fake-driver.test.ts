import { join } from 'node:path'
import { describeEngineDriver } from '../../contracts/engine-driver.contract.ts'
import { createFakeDriver, installFakeEngine } from '../../support/agent-engine-driver.ts'
import { createEngineBench } from '../../support/engine-bench.ts'

describeEngineDriver('the stand-in for an engine', {
  missing: null,
  open: () =>
    createEngineBench(async (directory) => createFakeDriver(await installFakeEngine(join(directory, 'fake')))),
  takesRestart: { larger: [], smaller: [] },
  client: null,
})
