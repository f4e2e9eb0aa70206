import type { OperationDocument } from '../projections/documents.ts'

export const isEnded = ({ status }: OperationDocument): boolean =>
  status === 'SUCCEEDED' || status === 'FAILED' || status === 'CANCELLED'
