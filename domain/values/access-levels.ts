/** `read`: look at data. `write`: change it, too. `all`: everything that may be done in a database, such as making tables. */
export const accessLevels = ['read', 'write', 'all'] as const
export type AccessLevel = (typeof accessLevels)[number]
