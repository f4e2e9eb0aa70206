import type { Rejection } from '../rejection.ts'

export const invalidInput = (message: string, field: string): Rejection => ({ code: 'INVALID_INPUT', message, field })

export const reservedName = (message: string, field: string): Rejection => ({ code: 'RESERVED_NAME', message, field })
