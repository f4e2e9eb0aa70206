export const healthStates = ['UNKNOWN', 'HEALTHY', 'UNHEALTHY', 'UNREACHABLE'] as const
export type Health = (typeof healthStates)[number]
