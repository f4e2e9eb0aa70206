/** Every kind of work on an instance. `operations.ts` says what each is. */
export const operationKinds = [
  'provision',
  'restart',
  'stop',
  'start',
  'resize',
  'delete',
  'create-database',
  'delete-database',
  'backup',
  'create-users',
  'delete-users',
  'change-password',
  'grant-access',
  'revoke-access',
  'enable-root',
  'disable-root',
  'refresh-accounts',
  'create-extension',
  'drop-extension',
  'configure',
  'configure-restart',
] as const
export type OperationKind = (typeof operationKinds)[number]

/** The word for a kind that the API and the command line have. */
export const kindInCapitals = (kind: OperationKind): string => kind.toUpperCase().replaceAll('-', '_')
