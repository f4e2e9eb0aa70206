import { describeSeeds } from './keeps-its-promises.ts'

describeSeeds(151, 300)
