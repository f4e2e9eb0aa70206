import { hasNamedDatabases } from '../../engines/registry.ts'
import type { GuestPayload } from '../../guest/command.ts'
import { leastStepMs, type Step } from '../../operation/process.ts'
import type { OperationSubject } from '../../operation/subject.ts'
import { allFaults } from '../../rejection.ts'
import type { Known } from '../known.ts'
import { unknownDatabases, unknownUser } from './account-refusals.ts'

/** All work on the accounts of an engine that runs: one step in the shared lane, which takes a moment. Nothing undoes it. */
export const ofAccounts = {
  lane: 'shared',
  soon: true,
  accepts: ['ACTIVE'],
  compensation: [],
  undoneTo: null,
} as const

type Accounts = Omit<Extract<GuestPayload, { readonly kind: 'accounts-ready' }>, 'kind'>

export const accountsStep = (name: string, asked: (subject: OperationSubject) => Partial<Accounts>): Step => ({
  name,
  timeoutMs: leastStepMs,
  payload: (subject) => ({ kind: 'accounts-ready', databases: [], users: [], ...asked(subject) }),
})

/** `databases`: null among them stands for the whole engine. */
type AccessWish = { readonly name: string; readonly databases: (string | null)[] }

/** Work on what a user may do in databases. */
export const ofAccess = {
  ...ofAccounts,
  about: ({ name }: AccessWish) => [`user ${name}`],
  completes: <Wish extends AccessWish>({ spec }: Known, asked: Wish): Wish =>
    hasNamedDatabases(spec.datastore) ? asked : { ...asked, databases: [null] },
  refuses: (instance: Known, { name, databases }: AccessWish) => {
    const named = databases.filter((database) => database !== null)
    return allFaults([unknownUser(instance, name, 'name'), ...unknownDatabases(instance, named, 'databases')])
  },
} as const
