import { z } from 'zod'
import type { Rejection } from '../../domain/rejection.ts'
import { type Tag, tagRefusals } from '../../domain/values/instance-details.ts'
import { proseRefusal } from '../../domain/values/prose.ts'
import { flagField, textField } from './input.ts'

const tagInput = z
  .strictObject({
    key: textField('1 to 128 printable characters without `=`.'),
    value: textField('At most 256 printable characters.'),
  })
  .meta({ inputType: 'TagInput', description: 'A tag to set.' })

const tagsField = (description: string) => z.array(tagInput).readonly().meta({ description })
const protectionField = () => flagField('Whether it is protected: it is not deleted while it is.')

/** What people keep beside an instance from the start. */
export const detailsFields = () => ({
  description: textField('For people: at most 500 characters, in lines.').optional(),
  tags: tagsField('For people and their programs: at most 50, which lists can be filtered by.').optional(),
  deletionProtected: protectionField().optional(),
})

/** What is to change of it. */
export const detailsChangeFields = () => ({
  description: textField('For people: at most 500 characters, in lines; an empty one for none.').optional(),
  setTags: tagsField('Tags to set: one whose key is there already gets the new value.').optional(),
  removeTags: z.array(z.string()).readonly().meta({ description: 'The keys of tags to remove.' }).optional(),
  deletionProtected: protectionField().optional(),
})

/** All that is wrong with a description and tags. `field`: of the tags. */
export const detailsFaults = (
  description: string | undefined,
  tags: readonly Tag[] | undefined,
  field: string,
): readonly (Rejection | null)[] => [
  description === undefined ? null : proseRefusal('a description', description, 'description'),
  ...tagRefusals(tags ?? [], field),
]
