import { z } from 'zod'
import { offeredRefusal } from '../../engines/offered.ts'
import { engineOf } from '../../engines/registry.ts'
import { leastStepMs, type Step } from '../../operation/process.ts'
import { allFaults, type Rejection } from '../../rejection.ts'
import { invalidInput } from '../../values/invalid-input.ts'
import { quote } from '../../values/text.ts'
import type { Known } from '../known.ts'
import { notThere } from './account-refusals.ts'
import { ofAccounts } from './account-work.ts'
import { defineSharedOperation, wishReader } from './define-operation.ts'

const wish = { database: z.string(), name: z.string() }
const wishOf = wishReader(wish)
type Wish = { readonly database: string; readonly name: string }

/** Which extensions there are is known to the engine alone: it says so where it refuses one. */
const refuses = (instance: Known, { database, name }: Wish): Rejection | null => {
  const refusal = offeredRefusal(engineOf(instance.spec.datastore).extensions, 'name')
  if (refusal) return refusal
  const { databases } = instance.accounts
  return allFaults([
    databases.includes(database) ? null : notThere('database', database, databases, 'database'),
    /^[A-Za-z_][A-Za-z0-9_-]{0,62}$/.test(name)
      ? null
      : invalidInput(`the name of an extension such as pg_trgm is expected, not ${quote(name)}`, 'name'),
  ])
}

const step = (isPresent: boolean): Step => ({
  name: 'extension',
  timeoutMs: leastStepMs,
  payload: (subject) => ({ kind: 'extension-set', ...wishOf(subject), present: isPresent }),
})

/** Nothing undoes it: what uses the extension may be there already. */
const ofExtensions = {
  ...ofAccounts,
  wish,
  about: ({ database, name }: Wish) => [`extension ${name} of ${database}`],
  refuses,
  applied: wish,
  applies: (_: Known, { database, name }: Wish) => ({ database, name }),
  notCancellable: 'it takes a moment',
} as const

export const createExtension = defineSharedOperation({
  ...ofExtensions,
  kind: 'create-extension',
  does: 'Creates an extension in a database of an engine that runs.',
  done: 'given an extension',
  requested: 'InstanceExtensionCreationRequested',
  succeeded: 'InstanceExtensionCreated',
  steps: [step(true)],
  remains: 'the extension may be there: ask for it again',
})

export const dropExtension = defineSharedOperation({
  ...ofExtensions,
  kind: 'drop-extension',
  does: 'Drops an extension of a database of an engine that runs. One that something in the database uses stays.',
  done: 'relieved of an extension',
  requested: 'InstanceExtensionDropRequested',
  succeeded: 'InstanceExtensionDropped',
  steps: [step(false)],
  remains: 'the extension may be gone: ask for it again',
})
