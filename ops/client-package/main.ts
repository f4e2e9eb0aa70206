import { packClient } from './build.ts'

// `npm run client`: the package for machines that have no clone, in the current directory.
console.log(await packClient(process.cwd()))
