import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { RestFault } from '../../../rest/fault.ts'
import { fromXml } from '../../../rest/xml/read.ts'
import { toXml } from '../../../rest/xml/write.ts'

const ns = 'xmlns="http://docs.openstack.org/database/api/v1.0"'
const head = '<?xml version="1.0" encoding="UTF-8"?>\n'
const links = [{ rel: 'self', href: 'http://host/a?b=1&c=2' }]

describe('a body in XML', () => {
  it.each([
    [
      'an instance has attributes, and children for what is more than a text',
      {
        instance: {
          id: 'i',
          name: 'a "b"',
          status: 'ACTIVE',
          flavor: { id: '1', links },
          volume: { size: 2 },
          datastore: { type: 'mysql', version: '5.5' },
        },
      },
      `<instance ${ns} id="i" name="a &quot;b&quot;" status="ACTIVE"><flavor id="1"><links><link rel="self" href="http://host/a?b=1&amp;c=2"/></links></flavor><volume size="2"/><datastore><type>mysql</type><version>5.5</version></datastore></instance>`,
    ],
    [
      'items of a list are called as the list in the singular, or item',
      { instance: { ip: ['10.0.0.1'], addresses: [{ address: '10.0.0.1' }] } },
      `<instance ${ns}><ip><item>10.0.0.1</item></ip><addresses><address><address>10.0.0.1</address></address></addresses></instance>`,
    ],
    [
      'the link to the next page is the last child, once',
      {
        databases: [{ name: 'a' }],
        links: [{ rel: 'next', href: 'x' }],
        databases_links: [{ rel: 'next', href: 'x' }],
      },
      `<databases ${ns}><database name="a"/><links><link rel="next" href="x"/></links></databases>`,
    ],
    ['an empty list is an empty element', { databases: [] }, `<databases ${ns}/>`],
    ['a scalar is the text of the root', { rootEnabled: true }, `<rootEnabled ${ns}>True</rootEnabled>`],
    [
      'a fault has its number as an attribute',
      { itemNotFound: { code: 404, message: 'no <such> thing' } },
      `<itemNotFound ${ns} code="404"><message>no &lt;such&gt; thing</message></itemNotFound>`,
    ],
    [
      'a version of the API has attributes, one of a datastore has children',
      { version: { id: 'v1.0', status: 'CURRENT', updated: 't', links: [] } },
      `<version ${ns} id="v1.0" status="CURRENT" updated="t"><links/></version>`,
    ],
    ['null is None', { configuration: { description: null } }, `<configuration ${ns} description="None"/>`],
    [
      'a key that cannot be an element stands in an attribute',
      { configuration: { values: { 'local infile': 1, max_connections: 5 } } },
      `<configuration ${ns}><values><value name="local infile">1</value><max_connections>5</max_connections></values></configuration>`,
    ],
  ])('%s', (_what, body, xml) => {
    expect(toXml(body)).toBe(`${head}${xml}\n`)
  })

  it('keeps what some readers take for the end of a line', () => {
    const message = 'a\u2028b\rc'
    expect(fromXml(toXml({ fault: { message } }))).toEqual({ fault: { message } })
  })

  it('is well-formed and keeps every value, whatever stands in it', () => {
    const text = fc.string({ unit: 'binary', maxLength: 40 })
    fc.assert(
      fc.property(text, text, fc.array(text, { maxLength: 5 }), (name, message, ip) => {
        const body = { instance: { name, fault: { message }, ip } }
        const read = fromXml(toXml(body)) as { instance: { name: string; fault: { message: unknown } } }
        expect(read.instance.name).toBe(asXmlHas(name))
        // Blanks around text are for whoever reads it.
        const told = asXmlHas(message).trim()
        expect(read.instance.fault.message).toEqual(told === '' ? {} : told)
      }),
      { numRuns: 500 },
    )
  })
})

/** What XML has no way to say is replaced. */
const asXmlHas = (text: string): string => text.toWellFormed().replace(/(?![\t\n\r])\p{Cc}|[\ufffe\uffff]/gu, '\ufffd')

describe('a request in XML', () => {
  it.each([
    [
      'attributes and children of a name mean the same',
      `<instance ${ns} name="x"><flavorRef>1</flavorRef><volume size="2"/></instance>`,
      { instance: { name: 'x', flavorRef: '1', volume: { size: '2' } } },
    ],
    [
      'databases and users are lists',
      '<instance><databases><database name="a" collate="c"/></databases><users><user name="u" password="p"><databases><database name="a"/></databases></user></users></instance>',
      {
        instance: {
          databases: [{ name: 'a', collate: 'c' }],
          users: [{ name: 'u', password: 'p', databases: [{ name: 'a' }] }],
        },
      },
    ],
    ['an empty element is an empty object', `<restart ${ns}/>`, { restart: {} }],
    ['an empty list is one', '<databases/>', { databases: [] }],
    [
      'text in CDATA is text',
      '<resize><flavorRef><![CDATA[a<b]]></flavorRef></resize>',
      { resize: { flavorRef: 'a<b' } },
    ],
    [
      'a prefix of a name space is left off',
      '<d:resize xmlns:d="http://docs.openstack.org/database/api/v1.0"><d:volume size="4"/></d:resize>',
      { resize: { volume: { size: '4' } } },
    ],
    [
      'keys that cannot be elements are taken from an attribute',
      '<configuration><values><value name="local infile">1</value></values></configuration>',
      { configuration: { values: { 'local infile': '1' } } },
    ],
  ])('%s', (_what, xml, body) => {
    expect(fromXml(xml)).toEqual(body)
  })

  it.each([
    ['a document type', '<!DOCTYPE x><instance/>'],
    ['entities that grow', '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;">]><instance name="&b;"/>'],
    ['a file of the server', '<!DOCTYPE x [<!ENTITY f SYSTEM "file:///etc/passwd">]><instance name="&f;"/>'],
    ['an entity that is not defined', '<instance name="&f;"/>'],
    ['an element that is not closed', '<instance><name>'],
    ['two roots', '<a/><b/>'],
    ['no element', 'instance'],
    ['an attribute twice', '<instance name="a" name="b"/>'],
    ['a thousand levels', `${'<a>'.repeat(1000)}${'</a>'.repeat(1000)}`],
    ['a hundred thousand levels', `${'<a>'.repeat(30_000)}`],
  ])('with %s is refused, and not quoted', (_what, xml) => {
    let fault: unknown
    try {
      fromXml(xml)
    } catch (error) {
      fault = error
    }
    expect(fault).toBeInstanceOf(RestFault)
    expect(fault).toMatchObject({ status: 400 })
    expect(String(fault)).not.toContain('instance')
  })
})
