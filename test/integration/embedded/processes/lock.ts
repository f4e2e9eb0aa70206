/** Holds a data directory until it is ended: `lock.ts <data dir> <role>`. Writes `held` again and again, each time after collecting garbage. */
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { acquireDataDirLock } from '../../../../commands/adapters/embedded/data-dir-lock.ts'

const [dataDir = '', role = ''] = process.argv.slice(2)
acquireDataDirLock({ dataDir, role })

setFlagsFromString('--expose-gc')
const collectGarbage: () => void = runInNewContext('gc')
setInterval(() => {
  collectGarbage()
  console.log('held')
}, 10)
