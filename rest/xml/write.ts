import type { Body, Json } from '../request.ts'
import { faultAttributes, isAttribute, isXmlName, itemName, namespace } from './names.ts'

/**
 * A body as Trove's XML: the one key at the top is the root, the next page's `links` its last child. True, false and null are `True`, `False` and `None`.
 * The links that a program in Go looks for stand beside them in JSON alone.
 */
export const toXml = (body: Body): string => {
  const [[root, value] = ['', null], ...others] = Object.entries(body).filter(
    ([key, given]) => given !== undefined && !key.endsWith('_links'),
  )
  const beside = others.map(([key, given]) => element(key, given ?? null)).join('')
  return `<?xml version="1.0" encoding="UTF-8"?>\n${element(root, value ?? null, { beside, isRoot: true })}\n`
}

type Place = { readonly beside?: string; readonly isRoot?: boolean; readonly attribute?: string }

const element = (name: string, value: Json, { beside = '', isRoot = false, attribute = '' }: Place = {}): string => {
  const opened = `${name}${isRoot ? ` xmlns="${namespace}"` : ''}${attribute}`
  const { attributes, content } = partsOf(name, value, isRoot)
  const inside = `${content}${beside}`
  return inside === '' ? `<${opened}${attributes}/>` : `<${opened}${attributes}>${inside}</${name}>`
}

const partsOf = (
  name: string,
  value: Json,
  isRoot: boolean,
): { readonly attributes: string; readonly content: string } => {
  if (isList(value)) return { attributes: '', content: value.map((item) => element(itemName(name), item)).join('') }
  if (value === null || typeof value !== 'object') return { attributes: '', content: escapeText(textOf(value)) }
  const entries = Object.entries(value).filter((entry): entry is [string, Json] => entry[1] !== undefined)
  const isFault = isRoot && typeof value.code === 'number'
  const isInTag = ([key, given]: readonly [string, Json]): boolean =>
    isScalar(given) && (isFault ? faultAttributes.includes(key) : isAttribute(name, value, key))
  return {
    attributes: entries
      .filter(isInTag)
      .map(([key, given]) => ` ${key}="${escapeAttribute(textOf(given))}"`)
      .join(''),
    content: entries
      .filter((entry) => !isInTag(entry))
      .map(([key, given]) => child(key, given))
      .join(''),
  }
}

const child = (key: string, value: Json): string =>
  isXmlName(key) ? element(key, value) : element('value', value, { attribute: ` name="${escapeAttribute(key)}"` })

const isList = (value: Json): value is readonly Json[] => Array.isArray(value)
const isScalar = (value: Json): boolean => value === null || typeof value !== 'object'

const textOf = (value: Json): string => {
  if (value === null) return 'None'
  if (typeof value === 'boolean') return value ? 'True' : 'False'
  return String(value)
}

/** Characters that XML cannot have at all are replaced, as UTF-8 does with bytes that are none. */
const notInXml = /(?![\t\n\r])\p{Cc}|[\ufffe\uffff]/gu

const escapeText = (text: string): string =>
  text
    .toWellFormed()
    .replace(notInXml, '\ufffd')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    // Readers make a line feed of either.
    .replaceAll('\r', '&#13;')
    .replaceAll('\u2028', '&#8232;')

const escapeAttribute = (text: string): string =>
  escapeText(text).replaceAll('"', '&quot;').replaceAll('\n', '&#10;').replaceAll('\t', '&#9;')
