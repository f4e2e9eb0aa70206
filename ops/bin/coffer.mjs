#!/usr/bin/env node
// The `coffer` command. Works in a fresh clone on any Node from 20 on: installs what is missing first.
import { join } from 'node:path'
import { ensureInstalled } from './install.mjs'
import { compileCache, isNewEnough, runOnNode } from './node.mjs'
import { root } from './root.mjs'

await ensureInstalled({ development: false })
const program = join(root, 'ops', 'cli', 'main.ts')
// A client command is over in a moment: a second process is only started where this Node is too old.
if (isNewEnough) {
  const { enableCompileCache } = await import('node:module')
  enableCompileCache(compileCache)
  await import(program)
} else process.exitCode = await runOnNode([program, ...process.argv.slice(2)])
