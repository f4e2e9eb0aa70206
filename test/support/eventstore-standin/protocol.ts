import codeMessages from '@eventstore/db-client/generated/code_pb.js'
import gossipGrpc from '@eventstore/db-client/generated/gossip_grpc_pb.js'
import gossipMessages from '@eventstore/db-client/generated/gossip_pb.js'
import serverFeaturesGrpc from '@eventstore/db-client/generated/serverfeatures_grpc_pb.js'
import serverFeaturesMessages from '@eventstore/db-client/generated/serverfeatures_pb.js'
import sharedMessages from '@eventstore/db-client/generated/shared_pb.js'
import statusMessages from '@eventstore/db-client/generated/status_pb.js'
import streamsGrpc from '@eventstore/db-client/generated/streams_grpc_pb.js'
import streamsMessages from '@eventstore/db-client/generated/streams_pb.js'

/** The protocol's services and messages, as the client ships them: CommonJS, whose exports Node does not find by name. */
export const { StreamsService } = streamsGrpc
export const { ServerFeaturesService } = serverFeaturesGrpc
export const { GossipService } = gossipGrpc
export const { Code } = codeMessages
export const gossip = gossipMessages
export const streams = streamsMessages
export const shared = sharedMessages
export const serverFeatures = serverFeaturesMessages
export const status = statusMessages
