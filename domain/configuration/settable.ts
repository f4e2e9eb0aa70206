import { engineOf } from '../engines/registry.ts'
import type { DatastoreType } from '../values/instance-spec.ts'
import type { Parameter } from '../values/parameter.ts'

/** Why nobody can set this parameter, to complete the sentence "port cannot be set: ..."; null for one that can be set. */
export const whyNotSettable = (datastore: DatastoreType, { name, type, readOnly }: Parameter): string | null => {
  const { title, configuration } = engineOf(datastore)
  if (readOnly) return `${title} does not take it from its configuration`
  const owner = configuration.owned.find(({ names }) => names.test(name))
  if (owner) return owner.why
  if (type === 'text' && !configuration.texts.has(name)) return 'it is a text that may lead out of the instance'
  return null
}
