import type { InstanceSpec } from '../../domain/values/instance-spec.ts'
import type { NodeRecord } from '../journal/nodes.ts'

/** What the record says of the size, also to a control plane that does not know the instance. */
export const sized = (
  { spec, label }: NodeRecord,
  size: Partial<InstanceSpec>,
): Pick<NodeRecord, 'spec' | 'label'> => ({
  spec: spec && { ...spec, ...size },
  label: label && { ...label, spec: { ...label.spec, ...size } },
})
