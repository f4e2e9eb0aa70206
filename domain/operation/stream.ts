import type { OperationId } from '../ids.ts'
import { createStreamName, type StreamName } from '../stream.ts'

export const operationCategory = 'operation'
export const operationStream = (operationId: OperationId): StreamName =>
  createStreamName(operationCategory, operationId)
