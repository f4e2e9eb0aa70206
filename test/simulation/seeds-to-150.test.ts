import { describeSeeds } from './keeps-its-promises.ts'

describeSeeds(1, 150)
