import { refused } from './failure.ts'

/** What `key=value` stands for; a key alone has an empty value. */
export const tagOf = (text: string): { readonly key: string; readonly value: string } => {
  const [key = '', ...rest] = text.split('=')
  return { key, value: rest.join('=') }
}

/** What `key=value` asks for; a key alone for any value. */
export const tagAsked = (text: string): { readonly key: string; readonly value: string | null } =>
  text.includes('=') ? tagOf(text) : { key: text, value: null }

export type UpdateOptions = {
  readonly description?: string
  readonly tag: readonly string[]
  readonly untag: readonly string[]
  readonly protect?: boolean
}

/** What is to change, in the terms of the API. A command that names nothing is a mistake. */
export const changesOf = ({ description, tag, untag, protect }: UpdateOptions) => {
  const changes = {
    ...(description !== undefined && { description }),
    ...(tag.length > 0 && { setTags: tag.map(tagOf) }),
    ...(untag.length > 0 && { removeTags: untag }),
    ...(protect !== undefined && { deletionProtected: protect }),
  }
  if (Object.keys(changes).length > 0) return changes
  throw refused({
    code: 'INVALID_INPUT',
    message: 'name what is to change: --description, --tag, --untag, --protect or --no-protect',
  })
}
