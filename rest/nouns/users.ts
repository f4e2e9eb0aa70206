import { z } from 'zod'
import { databasesOf, type KnownUser } from '../../domain/values/known-accounts.ts'
import { listedUsers } from '../../domain/values/listed-accounts.ts'
import type { InstanceDocument } from '../../projections/views/instance-document.ts'
import { badRequest, notFound, notHere } from '../fault.ts'
import { accepted, gives, nameShape } from '../gives.ts'
import type { Body, Call, RestAnswer } from '../request.ts'
import type { Route } from '../route.ts'
import { done, ended, send } from '../send.ts'
import { findInstance } from './find-instance.ts'
import { parseBody } from './shapes.ts'
import { wishOf } from './wish.ts'

const databaseList = z.array(wishOf({ name: z.string() }))

export const userShapes = z.array(
  wishOf({
    name: z.string(),
    password: z.string(),
    host: z.string().nullish(),
    databases: databaseList.nullish(),
  }),
)

/** Trove's `%` is everywhere, which is what is meant where no host is named. */
const hostOf = (host: string | null | undefined) => (host && host !== '%' ? { host } : {})

export const userInputs = (users: z.output<typeof userShapes>) =>
  users.map(({ name, password, host, databases }) => ({
    name,
    password,
    ...hostOf(host),
    ...(databases && { databases: databases.map((database) => database.name) }),
  }))

const databasesShape = (user: KnownUser): readonly Body[] => databasesOf(user).map((name) => ({ name }))

const userShape = (user: KnownUser): Body => ({
  name: user.name,
  host: user.host ?? '%',
  databases: databasesShape(user),
})

const user = z.looseObject({ name: z.string(), host: z.string(), databases: z.array(nameShape) })

/** The user of the path, which may be `name@host`. */
const findUser = async (call: Call): Promise<{ readonly instance: InstanceDocument; readonly user: KnownUser }> => {
  const instance = await findInstance(call)
  return { instance, user: listedUser(instance, call.params.user ?? '') }
}

/** Throws 404 where there is none of this name, or none from this host. */
const listedUser = (instance: InstanceDocument, named: string): KnownUser => {
  const user = listedUsers(instance).find(({ name, host }) => named === name || named === `${name}@${host ?? '%'}`)
  if (user) return user
  throw notFound(`User ${named.slice(0, 64)} cannot be found.`)
}

const createBody = wishOf({ users: userShapes })

const create = async (call: Call): Promise<RestAnswer> => {
  const { users } = parseBody(createBody, call.body)
  if (users.length === 0) throw badRequest('users is empty: name at least one', 'users')
  const { id } = await findInstance(call)
  return ended(call, await send(call, { type: 'CreateUsers', id, users: userInputs(users) }))
}

const passwordsBody = wishOf({
  users: z.array(wishOf({ name: z.string(), password: z.string(), host: z.string().nullish() })).min(1),
})

/** Each is a command of its own, of which the first that is refused is told; those before it go on. */
const changePasswords = async (call: Call): Promise<RestAnswer> => {
  const { users } = parseBody(passwordsBody, call.body)
  const instance = await findInstance(call)
  const { id } = instance
  for (const { name, host } of users) if (host) listedUser(instance, `${name}@${host}`)
  let answered = done
  for (const [index, { name, password }] of users.entries()) {
    answered = await ended(call, await send(call, { type: 'ChangePassword', id, name, password }, String(index)))
  }
  return answered
}

const changeBody = wishOf({
  user: wishOf({ name: z.string().nullish(), password: z.string().nullish(), host: z.string().nullish() }),
})

const change = async (call: Call): Promise<RestAnswer> => {
  const { user: wish } = parseBody(changeBody, call.body)
  const { instance, user } = await findUser(call)
  if (wish.name && wish.name !== user.name)
    throw notHere('Coffer gives users no other name: make another and delete this one')
  if (wish.host && wish.host !== (user.host ?? '%'))
    throw notHere('Coffer lets users come from nowhere else than at first: make another')
  if (!wish.password) throw badRequest('user takes a password', 'password')
  return ended(
    call,
    await send(call, { type: 'ChangePassword', id: instance.id, name: user.name, password: wish.password }),
  )
}

const grantBody = wishOf({ databases: databaseList.min(1) })

const grant = async (call: Call): Promise<RestAnswer> => {
  const { databases } = parseBody(grantBody, call.body)
  const { instance, user } = await findUser(call)
  const names = databases.map(({ name }) => name)
  return ended(
    call,
    await send(call, { type: 'GrantAccess', id: instance.id, name: user.name, databases: names, level: 'all' }),
  )
}

const revoke = async (call: Call): Promise<RestAnswer> => {
  const { instance, user } = await findUser(call)
  const database = call.params.database ?? ''
  if (!databasesOf(user).includes(database)) throw notFound(`Database ${database.slice(0, 64)} cannot be found.`)
  return ended(
    call,
    await send(call, { type: 'RevokeAccess', id: instance.id, name: user.name, databases: [database] }),
  )
}

const one = '/instances/{instance}/users/{user}'

export const userRoutes: readonly Route[] = [
  {
    method: 'GET',
    path: '/instances/{instance}/users',
    access: 'project',
    does: 'Lists the users of an instance.',
    serves: ['database user list'],
    gives: gives({ users: z.array(user) }),
    answer: async (call) => ({
      status: 200,
      body: {
        users: listedUsers(await findInstance(call))
          .filter(({ missing }) => !missing)
          .map(userShape),
      },
    }),
  },
  {
    method: 'POST',
    path: '/instances/{instance}/users',
    access: 'project',
    does: 'Makes users in a running instance.',
    serves: ['database user create'],
    takes: createBody,
    gives: accepted,
    answer: create,
  },
  {
    method: 'PUT',
    path: '/instances/{instance}/users',
    access: 'project',
    does: 'Gives users other passwords.',
    serves: [],
    takes: passwordsBody,
    gives: accepted,
    answer: changePasswords,
  },
  {
    method: 'GET',
    path: one,
    access: 'project',
    does: 'Shows a user.',
    serves: ['database user show'],
    gives: gives({ user }),
    answer: async (call) => ({ status: 200, body: { user: userShape((await findUser(call)).user) } }),
  },
  {
    method: 'PUT',
    path: one,
    access: 'project',
    does: 'Gives a user another password.',
    serves: ['database user update attributes'],
    takes: changeBody,
    gives: accepted,
    answer: change,
  },
  {
    method: 'DELETE',
    path: one,
    access: 'project',
    does: 'Deletes a user and ends its sessions.',
    serves: ['database user delete'],
    gives: accepted,
    answer: async (call) => {
      const { instance, user } = await findUser(call)
      return ended(call, await send(call, { type: 'DeleteUsers', id: instance.id, names: [user.name] }))
    },
  },
  {
    method: 'GET',
    path: `${one}/databases`,
    access: 'project',
    does: 'Lists the databases that a user may use.',
    serves: ['database user show access'],
    gives: gives({ databases: z.array(nameShape) }),
    answer: async (call) => ({ status: 200, body: { databases: databasesShape((await findUser(call)).user) } }),
  },
  {
    method: 'PUT',
    path: `${one}/databases`,
    access: 'project',
    does: 'Lets a user use databases in full.',
    serves: ['database user grant access'],
    takes: grantBody,
    gives: accepted,
    answer: grant,
  },
  {
    method: 'DELETE',
    path: `${one}/databases/{database}`,
    access: 'project',
    does: 'Takes a database from a user.',
    serves: ['database user revoke access'],
    gives: accepted,
    answer: revoke,
  },
]
