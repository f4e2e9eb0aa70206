import { z } from 'zod'
import { listedDatabases } from '../../domain/values/listed-accounts.ts'
import { badRequest, notFound } from '../fault.ts'
import { accepted, gives, nameShape } from '../gives.ts'
import type { Call, RestAnswer } from '../request.ts'
import type { Route } from '../route.ts'
import { done, ended, send } from '../send.ts'
import { findInstance } from './find-instance.ts'
import { databaseInputs, databaseShapes } from './instances.ts'
import { parseBody } from './shapes.ts'
import { wishOf } from './wish.ts'

/** openstacksdk sends one of them in the singular. */
const createBody = z.union([
  wishOf({ databases: databaseShapes }).transform(({ databases }) => databases),
  wishOf({ database: databaseShapes.element }).transform(({ database }) => [database]),
])

/** Each is a command of its own, of which the first that is refused is told; those before it go on. */
const create = async (call: Call): Promise<RestAnswer> => {
  const databases = databaseInputs(parseBody(createBody, call.body))
  if (databases.length === 0) throw badRequest('databases is empty: name at least one', 'databases')
  const { id } = await findInstance(call)
  let answered = done
  for (const [index, database] of databases.entries()) {
    answered = await ended(call, await send(call, { type: 'CreateDatabase', id, ...database }, String(index)))
  }
  return answered
}

export const databaseRoutes: readonly Route[] = [
  {
    method: 'GET',
    path: '/instances/{instance}/databases',
    access: 'project',
    does: 'Lists the databases in an instance.',
    serves: ['database db list'],
    gives: gives({ databases: z.array(nameShape) }),
    answer: async (call) => {
      const databases = listedDatabases(await findInstance(call)).filter(({ missing }) => !missing)
      return { status: 200, body: { databases: databases.map(({ name }) => ({ name })) } }
    },
  },
  {
    method: 'POST',
    path: '/instances/{instance}/databases',
    access: 'project',
    does: 'Makes databases in a running instance.',
    serves: ['database db create'],
    takes: createBody,
    gives: accepted,
    answer: create,
  },
  {
    method: 'DELETE',
    path: '/instances/{instance}/databases/{database}',
    access: 'project',
    does: 'Deletes a database with its data.',
    serves: ['database db delete'],
    gives: accepted,
    answer: async (call) => {
      const instance = await findInstance(call)
      const { id } = instance
      const name = call.params.database ?? ''
      if (!listedDatabases(instance).some((database) => database.name === name))
        throw notFound(`Database ${name.slice(0, 64)} cannot be found.`)
      return ended(call, await send(call, { type: 'DeleteDatabase', id, name }))
    },
  },
]
