import { z } from 'zod'
import { flavorIdSchema } from '../../domain/ids.ts'
import type { FlavorDocument } from '../../projections/views/flavors.ts'
import { notFound } from '../fault.ts'
import { gives } from '../gives.ts'
import type { Body, Call } from '../request.ts'
import type { Route } from '../route.ts'
import { linksOf } from './shapes.ts'

/** More flavors than anybody can choose from. */
const maxFlavors = 1000

/** The id is a number or null to clients in Go: ours are names, which stand in `str_id`. */
const flavorShape = (call: Call, { id, vcpus, memoryMiB }: FlavorDocument): Body => ({
  id: null,
  str_id: id,
  name: id,
  ram: memoryMiB,
  vcpus,
  disk: 0,
  ephemeral: 0,
  links: linksOf(call, 'flavors', id),
})

const flavor = z.looseObject({ id: z.null(), str_id: z.string(), name: z.string(), ram: z.int(), vcpus: z.number() })
export const givesFlavors = gives({ flavors: z.array(flavor) })

export const flavorList = async (call: Call): Promise<readonly Body[]> => {
  const { entries } = await call.context.backend.views.flavors({ first: maxFlavors })
  return entries
    .map(({ document }) => document)
    .filter(({ retired }) => !retired)
    .map((document) => flavorShape(call, document))
}

export const flavorRoutes: readonly Route[] = [
  {
    method: 'GET',
    path: '/flavors',
    access: 'project',
    does: 'Lists the flavors on offer, smallest first.',
    serves: ['database flavor list'],
    gives: givesFlavors,
    answer: async (call) => ({ status: 200, body: { flavors: await flavorList(call) } }),
  },
  {
    method: 'GET',
    path: '/flavors/{flavor}',
    access: 'project',
    does: 'Shows a flavor.',
    serves: ['database flavor show'],
    gives: gives({ flavor }),
    answer: async (call) => {
      const named = call.params.flavor ?? ''
      const id = flavorIdSchema.safeParse(named)
      const document = id.success ? await call.context.backend.views.flavor(id.data) : null
      if (document) return { status: 200, body: { flavor: flavorShape(call, document) } }
      throw notFound(`Flavor ${named.slice(0, 64)} cannot be found.`)
    },
  },
]
