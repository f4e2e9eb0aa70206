export const operationStatuses = ['PENDING', 'RUNNING', 'COMPENSATING', 'SUCCEEDED', 'FAILED', 'CANCELLED'] as const

export type OperationStatus = (typeof operationStatuses)[number]
