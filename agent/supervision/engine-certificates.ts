import type { NodeId } from '../../domain/ids.ts'
import type { AgentConfig } from '../config.ts'
import type { NodeRecords } from '../journal/nodes.ts'
import type { Layout } from '../layout.ts'
import type { CertificateAuthority } from '../tls/authority.ts'
import type { Engine } from './engine.ts'

export type EngineCertificates = {
  /** Before a start: the engine finds a certificate that holds for every address that clients were told. */
  ensure(engine: Engine): Promise<{ readonly renewed: boolean }>
  /** An engine that runs never serves with a certificate that has expired, however long it runs. */
  keep(engine: Engine, signal: AbortSignal): Promise<void>
}

export type EngineCertificatesDeps = {
  readonly config: Pick<AgentConfig, 'address' | 'listenAddress'>
  readonly layout: Pick<Layout, 'tlsDir'>
  readonly records: NodeRecords
  readonly authority: CertificateAuthority
}

export const createEngineCertificates = (deps: EngineCertificatesDeps): EngineCertificates => {
  const { config, layout, records, authority } = deps
  /** Clients that were told another address before, and have not been told the new one, still connect there. */
  const ensure: EngineCertificates['ensure'] = ({ instance }) => {
    const nodeId = instance.nodeId as NodeId
    const former = records.get(nodeId)?.addresses ?? []
    const addresses = [...former.filter((address) => address !== config.address), config.address]
    records.update(nodeId, { addresses })
    return authority.ensureServerCertificate({
      directory: layout.tlsDir(nodeId),
      addresses: [config.address, config.listenAddress, ...former],
      owner: instance.owner,
    })
  }
  return {
    ensure,
    keep: async (engine, signal) => {
      const { renewed } = await ensure(engine)
      if (renewed) await engine.driver.reloadCertificate(engine.instance, signal)
    },
  }
}
