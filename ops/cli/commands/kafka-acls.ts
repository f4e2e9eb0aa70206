import { createServerNames } from '../../../commands/adapters/kafka/server-names.ts'
import {
  agentCommandsTopic,
  agentHeartbeatsTopic,
  agentResultsTopic,
  clockTopic,
  inboxGroup,
} from '../../../domain/guest/topics.ts'
import type { CliContext } from '../context.ts'
import { findHost } from './find-host.ts'

export type KafkaAclsOptions = { readonly user?: string; readonly namespace?: string; readonly broker: string }

/** What the agent's account may do with one topic or group. */
export type KafkaGrant = {
  readonly what: 'topic' | 'group'
  readonly name: string
  readonly may: readonly ('Read' | 'Write' | 'Create')[]
}

/**
 * What the account of one host's agent needs in Kafka and nothing more: it takes its own commands, and reports. `prefix`: of all names of the system, with its dot.
 */
export const kafkaGrantsOf = (hostId: string, prefix: string): readonly KafkaGrant[] => [
  { what: 'topic', name: `${prefix}${agentCommandsTopic(hostId)}`, may: ['Read', 'Create'] },
  { what: 'topic', name: `${prefix}${agentResultsTopic}`, may: ['Write', 'Create'] },
  { what: 'topic', name: `${prefix}${agentHeartbeatsTopic}`, may: ['Write', 'Create'] },
  { what: 'topic', name: `${prefix}${clockTopic}`, may: ['Write', 'Create'] },
  { what: 'group', name: `${prefix}${inboxGroup(hostId)}`, may: ['Read'] },
]

/** Prints the commands that give a host's agent an account of its own on the brokers. They are not run: the client has no account there. */
export const showKafkaAcls = async (
  context: CliContext,
  nameOrId: string,
  { user, namespace, broker }: KafkaAclsOptions,
): Promise<void> => {
  const host = await findHost(context, nameOrId)
  const principal = `User:${user ?? `agent-${host.id}`}`
  const prefix = createServerNames(namespace ?? null).onServer('')
  const commands = kafkaGrantsOf(host.id, prefix).map(({ what, name, may }) =>
    [
      'kafka-acls.sh',
      ...['--bootstrap-server', broker, '--add', '--allow-principal', principal],
      ...may.flatMap((operation) => ['--operation', operation]),
      ...[`--${what}`, name],
    ].join(' '),
  )
  await context.output.one({ hostId: host.id, principal, commands }, () => commands)
}
