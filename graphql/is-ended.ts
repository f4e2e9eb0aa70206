import type { OperationDocument } from '../projections/views/operations.ts'

export const isEnded = ({ status }: OperationDocument): boolean =>
  status === 'SUCCEEDED' || status === 'FAILED' || status === 'CANCELLED'
