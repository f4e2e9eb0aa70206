import { describe, expect, it } from 'vitest'
import { bank, createApiUnderTest, shop } from './api-under-test.ts'

const createWorld = async () => {
  const api = createApiUnderTest()
  const { token } = await api.putToken(shop, 'member')
  const ask = (document: string, variables: Readonly<Record<string, unknown>> = {}) =>
    api.ask(document, { token, variables })
  return { ...api, ask }
}

describe('the configuration groups of a project', () => {
  it('go on behind one that was deleted after its page was read', async () => {
    const { ask, remove, putConfiguration } = await createWorld()
    const lean = await putConfiguration(shop)
    const large = await putConfiguration(shop, { name: 'large' })
    const document = `query ($after: String) {
      configurations(first: 1, after: $after) { edges { cursor node { id } } } }`
    const [{ cursor }] = (await ask(document)).data.configurations.edges
    await remove('configurations', lean.id)
    const { data, errors } = await ask(document, { after: cursor })
    expect(errors).toEqual([])
    expect(data.configurations.edges).toMatchObject([{ node: { id: large.id } }])
  })

  it('are listed of no other project, which members may not even name', async () => {
    const { ask, putConfiguration } = await createWorld()
    await putConfiguration(bank)
    const document = 'query ($projectId: ID) { configurations(projectId: $projectId) { nodes { id } } }'
    expect((await ask(document)).data.configurations.nodes).toEqual([])
    const { errors } = await ask(document, { projectId: bank })
    expect(errors).toMatchObject([{ extensions: { code: 'FORBIDDEN', field: 'projectId' } }])
  })
})
