/** Fields that Trove has and Coffer does nothing with, each with what is so instead. */
export type AbsentFields = Readonly<Record<string, string>>

const hostsAreChosen = 'Coffer chooses the host'
const noReplicas = 'there are no replicas'
const whereBackupsGo = 'backups go where the operator of Coffer has them kept'
const wholeBackups = 'every backup is whole'
const noImages = 'versions come with the hosts, and are not made of images'

/** By what a request describes. When a capability comes, its field moves to the shape of its noun. */
export const absentFields = {
  'a new instance': {
    flavor: 'name the flavor as `flavorRef`',
    access: 'who may connect from where is for the operator to say, and not for each instance',
    availability_zone: hostsAreChosen,
    locality: hostsAreChosen,
    replica_of: noReplicas,
    slave_of: noReplicas,
    replica_count: noReplicas,
    modules: 'there are no modules',
    configuration: 'attach the configuration group once the instance is ACTIVE',
  },
  'a change of an instance': { replica_of: noReplicas, slave_of: noReplicas },
  'a volume': { type: 'the volumes of a host are of one type' },
  'a backup': {
    description: 'a backup has a name alone',
    incremental: wholeBackups,
    parent_id: wholeBackups,
    swift_container: whereBackupsGo,
    restore_from: 'Coffer restores its own backups alone',
  },
  'a backup strategy': { swift_container: whereBackupsGo },
  'a datastore version': {
    datastore_manager: noImages,
    image: noImages,
    image_tags: noImages,
    packages: noImages,
    registry_ext: noImages,
    repl_strategy: noImages,
    name: 'a version is called by the number of its engine',
  },
} as const satisfies Readonly<Record<string, AbsentFields>>
