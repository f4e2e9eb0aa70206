import { spawnSync } from 'node:child_process'
import { isRoot } from './privileges.ts'

const script = [
  'mount -t tmpfs tmpfs /mnt',
  'mkdir /mnt/upper /mnt/work',
  'mount -t overlay overlay -o lowerdir=/etc,upperdir=/mnt/upper,workdir=/mnt/work /etc',
  'mount -t tmpfs tmpfs /dev/shm',
  '"$@"; exit $?',
].join(' && ')

/**
 * A command that runs another as on a machine of its own: with its own processes, accounts, mounts and shared memory, of which nothing is left when it is
 * killed. Files and the network are those of this machine.
 */
export const machine: readonly string[] = [
  ...['unshare', '--mount', '--pid', '--ipc', '--fork', '--mount-proc', '--kill-child'],
  ...['sh', '-c', script, 'machine'],
]

const [command = '', ...args] = machine
/** Whether this account may do that. */
export const canBeMachine = isRoot && spawnSync(command, [...args, 'true']).status === 0
