import type { CliContext } from '../context.ts'
import { findInstance } from '../find-instance.ts'
import { CreateExtensionDocument, DropExtensionDocument } from '../generated/graphql.ts'
import { mutate } from '../mutate.ts'
import { beginOperation, type WaitOptions } from './begin-operation.ts'

export type ExtensionPlace = { readonly instance: string; readonly database: string; readonly name: string }

export const createExtension = (
  context: CliContext,
  { instance, database, name }: ExtensionPlace,
  options: WaitOptions,
): Promise<void> =>
  beginOperation(context, options, {
    find: () => findInstance(context, instance),
    send: (target) => mutate(context, CreateExtensionDocument, { ...target, database, name }),
    begins: (of) => `creating extension ${name} in ${database} of ${of}`,
    failed: (of) => `extension ${name} could not be created in ${database} of ${of}`,
    ended: (of) => `${database} of ${of} has extension ${name}`,
  })

export const dropExtension = (
  context: CliContext,
  { instance, database, name }: ExtensionPlace,
  options: WaitOptions,
): Promise<void> =>
  beginOperation(context, options, {
    find: () => findInstance(context, instance),
    send: (target) => mutate(context, DropExtensionDocument, { ...target, database, name }),
    begins: (of) => `dropping extension ${name} of ${database} of ${of}`,
    failed: (of) => `extension ${name} of ${database} of ${of} could not be dropped`,
    ended: (of) => `${database} of ${of} has no extension ${name} any more`,
  })
