import type { Kafka, KafkaMessage } from 'kafkajs'

export type FetchedMessage = KafkaMessage & { readonly isControlRecord?: boolean }

/** One broker of a cluster, with the requests that the client's own interface lacks. */
export type Broker = {
  fetch(request: object): Promise<{
    readonly responses: readonly { readonly partitions: readonly { readonly messages: readonly FetchedMessage[] }[] }[]
  }>
  leaveGroup(member: { readonly groupId: string; readonly memberId: string }): Promise<unknown>
}

/** kafkajs 2.2.4 below its producers, consumers and admins. Not part of its interface, nor of its types. */
export type Cluster = {
  connect(): Promise<void>
  disconnect(): Promise<void>
  addTargetTopic(topic: string): Promise<void>
  findLeaderForPartitions(topic: string, partitions: readonly number[]): Readonly<Record<string, unknown>>
  findBroker(node: { readonly nodeId: string }): Promise<Broker>
  findGroupCoordinator(group: { readonly groupId: string }): Promise<Broker>
}

/** As the client makes one for an admin or a consumer, with its own addresses, TLS and credentials. */
export const createCluster = (kafka: Kafka): Cluster => {
  const maker = Object.getOwnPropertySymbols(kafka).find(
    ({ description }) => description === 'private:Kafka:createCluster',
  )
  // Private to the client, so nothing says what it is but its name. A test fails where that changes.
  const create = maker && (kafka as unknown as Record<symbol, (options: object) => Cluster>)[maker]
  if (create === undefined) throw new Error('this version of kafkajs is another one than 2.2.4: see cluster.ts')
  return create({ allowAutoTopicCreation: false })
}
