import { leastStepMs, type Step } from '../../operation/process.ts'
import type { OperationSubject } from '../../operation/subject.ts'
import type { Sealed } from '../../values/instance-spec.ts'
import { rootUser } from '../../values/root-user.ts'
import { ofAccounts } from './account-work.ts'

/** Work on the root user of an engine that runs. */
export const ofRoot = {
  ...ofAccounts,
  about: () => [`user ${rootUser}`],
  applied: {},
  applies: () => ({}),
  notCancellable: 'it takes a moment',
} as const

/** `password`: null for no root user. */
export const rootStep = (password: (subject: OperationSubject) => Sealed | null): Step => ({
  name: 'root',
  timeoutMs: leastStepMs,
  payload: (subject) => ({ kind: 'root-set', sealedPassword: password(subject) }),
})
