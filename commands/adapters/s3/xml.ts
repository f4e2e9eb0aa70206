import { DOMParser, type Element } from '@xmldom/xmldom'

/** The root of a document, null for what is none: answers of a proxy on the way are not XML. */
export const parseXml = (text: string): Element | null => {
  try {
    return new DOMParser({ onError: () => {} }).parseFromString(text, 'text/xml').documentElement
  } catch {
    return null
  }
}

/** All elements of this name, at any depth. */
export const elementsOf = (element: Element | null, name: string): readonly Element[] =>
  element ? Array.from(element.getElementsByTagNameNS('*', name)) : []

/** The text of the first element of this name, empty where there is none. */
export const textOf = (element: Element | null, name: string): string => elementsOf(element, name)[0]?.textContent ?? ''

export const escapeXml = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;')
