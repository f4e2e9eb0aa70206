import { DOMParser, type Element, type Node, ParseError } from '@xmldom/xmldom'
import { badRequest } from '../fault.ts'
import { requestLists } from './names.ts'

/** Deeper than any request. */
const maxDepth = 12
const elementNode = 1
const textNodes: readonly number[] = [3, 4]

type Read = string | readonly Read[] | { readonly [key: string]: Read }

/**
 * A request in XML as its JSON: the root is the one key at the top, attributes and children of a name mean the same, and every value is a text.
 * Throws 400 for what is not well-formed, has a document type (and so entities of its own), or is too deep.
 */
export const fromXml = (text: string): Readonly<Record<string, Read>> => {
  if (text.includes('<!DOCTYPE')) throw badRequest('the body has a document type: it is not looked at')
  const root = parse(text)
  return { [nameOf(root)]: read(root, 1) }
}

const parse = (text: string): Element => {
  try {
    const strict = (level: string): void => {
      if (level !== 'warning') throw new ParseError('not well-formed')
    }
    const { documentElement } = new DOMParser({ onError: strict }).parseFromString(text, 'text/xml')
    if (documentElement) return documentElement
  } catch {
    // What the parser says quotes the body, passwords and all.
  }
  throw badRequest('the body is not well-formed XML')
}

const nameOf = ({ localName, nodeName }: Element): string => localName ?? nodeName

const read = (element: Element, depth: number): Read => {
  if (depth > maxDepth) throw badRequest(`the body has elements within each other, over ${maxDepth} deep`)
  const children = elementsIn(element)
  if (requestLists.includes(nameOf(element))) return children.map((child) => read(child, depth + 1))
  const attributes = Array.from(element.attributes).filter(({ nodeName }) => !/^xmlns(:|$)/.test(nodeName))
  if (children.length === 0 && attributes.length === 0) {
    const text = textIn(element)
    return text === '' ? {} : text
  }
  return Object.fromEntries([
    ...attributes.map((attribute) => [attribute.localName ?? attribute.nodeName, attribute.value]),
    ...children.map((child) => [
      child.getAttribute('name') !== null && isValue(child) ? child.getAttribute('name') : nameOf(child),
      isValue(child) ? textIn(child) : read(child, depth + 1),
    ]),
  ])
}

/** `<value name="wal.level">`: a key that cannot be the name of an element. */
const isValue = (element: Element): boolean => nameOf(element) === 'value' && element.getAttribute('name') !== null

const elementsIn = ({ childNodes }: Element): readonly Element[] =>
  Array.from(childNodes).filter((node): node is Element => node.nodeType === elementNode)

const textIn = ({ childNodes }: Element): string =>
  Array.from(childNodes)
    .filter((node: Node) => textNodes.includes(node.nodeType))
    .map((node) => node.nodeValue ?? '')
    .join('')
    .trim()
