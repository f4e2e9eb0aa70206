import { CriticalityLevel, diff } from '@graphql-inspector/core'
import { buildSchema } from 'graphql'

export type Contracts = {
  /** The schema of the last release, and the one there is now, as text. */
  readonly released: string
  readonly current: string
  /** What `CHANGELOG.md` says. */
  readonly changelog: string
}

/**
 * What keeps the schema from being released: changes that break a client and that the section of the next release does not name by their
 * path, such as `Query.instances`; and what was removed without having been deprecated in a release before.
 */
export const breakingProblems = async ({ released, current, changelog }: Contracts): Promise<readonly string[]> => {
  const unreleased = unreleasedOf(changelog)
  const changes = await diff(buildSchema(released), buildSchema(current))
  return changes
    .filter(({ criticality }) => criticality.level === CriticalityLevel.Breaking)
    .flatMap(({ message, path = '', meta }) => [
      ...(unreleased.includes(`\`${path}\``)
        ? []
        : [`${message}: name \`${path}\` in the unreleased section of CHANGELOG.md, with what clients have to do`]),
      ...(wasNotDeprecated(meta) ? [`${message}: deprecate it in one release, and remove it in the next`] : []),
    ])
}

const wasNotDeprecated = (meta: object): boolean =>
  ['isRemovedFieldDeprecated', 'isEnumValueDeprecated'].some((name) => Reflect.get(meta, name) === false)

/** From the heading of the release that is to come until the next heading of its kind. */
const unreleasedOf = (changelog: string): string => {
  const [, ...sections] = `\n${changelog}`.split('\n## ')
  return sections.find((section) => /^[^\n]*unreleased/i.test(section)) ?? ''
}
