import { engineSetups } from '../../agent/engines/registry.ts'
import { programDir } from '../program-info.ts'

/**
 * To be run once by the owner of an installation that the agent's account cannot write to (an image, `/opt/coffer`): the agent
 * finishes the builds that came with the program itself where it may.
 */
for (const { finishCarried } of engineSetups) await finishCarried?.(programDir)
