import { auditLogContract } from '../../contracts/audit-log.contract.ts'
import { createTempDir } from '../../support/temp-dir.ts'
import { createScene } from './scene.ts'

const dir = createTempDir('audit-log')

auditLogContract('in memory', async () => createScene(dir))
