/** Of the documents that Trove's XML is made of. */
export const namespace = 'http://docs.openstack.org/database/api/v1.0'

const all = '*'

/** What of an element, wherever it stands, are attributes. Everything else, and all of other elements, are children. */
const attributes: Readonly<Record<string, readonly string[] | typeof all>> = {
  instance: [
    'id',
    'name',
    'status',
    'created',
    'updated',
    'hostname',
    'host',
    'server_id',
    'tenant_id',
    'local_id',
    'task_description',
    'deleted',
    'deleted_at',
  ],
  volume: ['id', 'size', 'used'],
  flavor: ['id', 'ram', 'name'],
  link: ['href', 'rel'],
  database: ['name'],
  user: ['name', 'password', 'host'],
  configuration: ['id', 'name', 'description', 'datastore_version_id'],
  quotas: all,
  root_history: all,
}

/** By the keys an object has, where its element's name does not tell: a version of the API has a status, one of a datastore has none. */
const isApiVersion = (element: string, object: object): boolean => element === 'version' && 'status' in object

export const isAttribute = (element: string, object: object, key: string): boolean => {
  if (isApiVersion(element, object)) return ['id', 'status', 'updated'].includes(key)
  const names = Object.hasOwn(attributes, element) ? attributes[element] : undefined
  return names === all || (names?.includes(key) ?? false)
}

/** Of a fault: the number, and when to come back. */
export const faultAttributes: readonly string[] = ['code', 'retryAfter']

/** What the items of a list are called: it without its last `s`, where it has one. */
export const itemName = (list: string): string => {
  if (list === 'addresses') return 'address'
  return list.endsWith('s') ? list.slice(0, -1) : 'item'
}

/** Lists of requests. Nothing else that comes in is one. */
export const requestLists: readonly string[] = ['databases', 'users', 'allowed_cidrs']

/** Names that can be elements. Others, such as `wal.level`, stand in an attribute `name`. */
export const isXmlName = (text: string): boolean => /^[A-Za-z_][\w.-]*$/.test(text) && !/^xml/i.test(text)
