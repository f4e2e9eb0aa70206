import type { JoinMeans } from '../../agent/channel.ts'
import { controlSigner, ownJoinSigner } from '../../commands/secrets/control-channel.ts'
import { testMasterKey } from './write-side.ts'

/** What lets an agent into the control plane of a test: that one's master key. */
export const testJoin: JoinMeans = {
  tokenId: null,
  proof: ownJoinSigner(testMasterKey),
  controlKey: controlSigner(testMasterKey).publicKey,
}
