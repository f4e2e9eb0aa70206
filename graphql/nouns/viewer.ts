import type { SchemaParts } from '../builder.ts'
import type { Noun } from '../noun.ts'
import type { Session } from '../session.ts'

const addViewer = ({ builder, Role }: SchemaParts): void => {
  const Viewer = builder.objectRef<Session>('Viewer').implement({
    description: 'Who is asking, as the token says.',
    fields: (t) => ({
      subject: t.exposeString('subject', { description: 'Who holds the token.' }),
      projectId: t.exposeID('projectId', { description: 'The project acted for.' }),
      roles: t.expose('roles', { type: [Role], complexity: 1, description: 'What the token allows.' }),
    }),
  })
  builder.queryField('viewer', (t) =>
    t.field({
      type: Viewer,
      description: 'Who is asking.',
      resolve: (_root, _args, { session }) => session,
    }),
  )
}

export const viewerNoun: Noun = { add: addViewer }
