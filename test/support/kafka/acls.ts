import kafkajs from 'kafkajs'
import { quietIdleConnections } from '../../../commands/adapters/kafka/quiet-idle-connections.ts'

/** A user may do these things with all topics or groups whose names begin so, or with the one that has exactly this name. */
export type AclRule = {
  readonly user: string
  readonly what: 'TOPIC' | 'GROUP'
  readonly prefix: string
  readonly isExact?: boolean
  readonly may: readonly ('READ' | 'WRITE' | 'CREATE' | 'DELETE')[]
}

/** Adds rules to a broker, by an address that may do everything. */
export const allow = async (address: string, rules: readonly AclRule[]): Promise<void> => {
  const { Kafka, logLevel, AclResourceTypes, AclOperationTypes, AclPermissionTypes, ResourcePatternTypes } = kafkajs
  // Else the first idle connection of the tests arms a timer with a negative delay, of which Node warns.
  quietIdleConnections()
  const admin = new Kafka({ brokers: [address], logLevel: logLevel.NOTHING }).admin()
  await admin.connect()
  try {
    await admin.createAcls({
      acl: rules.flatMap(({ user, what, prefix, isExact = false, may }) =>
        may.map((operation) => ({
          principal: `User:${user}`,
          host: '*',
          resourceType: AclResourceTypes[what],
          resourceName: prefix,
          resourcePatternType: isExact ? ResourcePatternTypes.LITERAL : ResourcePatternTypes.PREFIXED,
          operation: AclOperationTypes[operation],
          permissionType: AclPermissionTypes.ALLOW,
        })),
      ),
    })
  } finally {
    await admin.disconnect()
  }
}
