import { mayBeginBeside } from '../../domain/instance/lanes.ts'
import { allOperations, exclusiveOperations, sharedOperations } from '../../domain/instance/operations.ts'
import { table } from './table.ts'

const words = (kind: string): string => kind.replaceAll('-', ' ')

/** Every kind of operation, and what goes beside what. */
export const operationsPage = (): string =>
  [
    '# Operations',
    '',
    'What can be asked of an instance. An *exclusive* operation changes what runs: there is one at a time. A *shared* operation goes on beside others and changes no status.',
    '[Operations and the guest protocol](../explanation/operations.md) says how they are carried out.',
    '',
    ...table(
      ['operation', 'lane', 'asked of an instance that is', 'what it does'],
      allOperations.map(({ kind, lane, accepts, does }) => [
        words(kind),
        lane,
        accepts.map((status) => `\`${status}\``).join(', ') || 'not there yet',
        does,
      ]),
    ),
    '',
    '## What goes beside what',
    '',
    'While the operation in the first column is in progress, may the one in the heading begin? What may not is refused with `OPERATION_IN_PROGRESS`, which names the operation in progress.',
    '',
    ...table(
      ['in progress', 'any exclusive', ...sharedOperations.map(({ kind }) => words(kind))],
      [
        ...exclusiveOperations.map(({ kind }) => [
          words(kind),
          'no',
          ...sharedOperations.map((shared) => (mayBeginBeside[shared.kind][kind] ? 'yes' : 'no')),
        ]),
        ...sharedOperations.map(({ kind }) => [
          words(kind),
          'yes',
          ...sharedOperations.map(() => 'yes, of another database'),
        ]),
      ],
    ),
    '',
    'An exclusive operation never waits for shared ones. While the engine is restarted, shared work waits for it within its own time. When the engine is stopped or the instance is deleted, shared work fails.',
  ].join('\n')
