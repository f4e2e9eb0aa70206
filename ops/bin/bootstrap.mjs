#!/usr/bin/env node
// What `npm start`, `npm test` and the other scripts run: any Node from 20 on gets here, with nothing installed.
import { join } from 'node:path'
import { ensureInstalled } from './install.mjs'
import { runOnNode } from './node.mjs'
import { giveUp, root } from './root.mjs'

const programs = {
  start: ['ops/main.ts'],
  test: ['ops/dev/test.ts'],
  bench: ['ops/bench/main.ts'],
  demo: ['ops/demo.ts'],
  docs: ['ops/reference/write.ts'],
  'add-engine': ['ops/engines/main.ts'],
  client: ['ops/client-package/main.ts'],
  stack: ['test/stack/main.ts'],
  simulate: ['test/simulation/main.ts'],
  lint: ['node_modules/@biomejs/biome/bin/biome', 'check'],
  typecheck: ['node_modules/typescript/bin/tsc', '-p', '.'],
}

/** They need nothing that only developing needs. */
const forUsers = ['start', 'demo', 'add-engine']

const [name, ...rest] = process.argv.slice(2)
if (!name || !Object.hasOwn(programs, name)) {
  giveUp(`there is no "${name ?? ''}" to run; there is ${Object.keys(programs).join(', ')}.`)
}
await ensureInstalled({ development: !forUsers.includes(name) })
const [program, ...fixed] = programs[name]
process.chdir(root)
process.exitCode = await runOnNode([join(root, program), ...fixed, ...rest])
