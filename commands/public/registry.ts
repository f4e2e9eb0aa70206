import { adoptInstance, removeUnlistedInstance } from './adopt-instance.ts'
import { attachConfiguration, detachConfiguration } from './attach-configuration.ts'
import { cancelOperation } from './cancel-operation.ts'
import { changeSchedule, deleteSchedule } from './change-schedule.ts'
import {
  cancelRollout,
  changeConfiguration,
  createConfiguration,
  deleteConfiguration,
  replaceConfiguration,
  rollOutConfiguration,
} from './configurations.ts'
import { cordonHost, uncordonHost } from './cordon-host.ts'
import { createBackup } from './create-backup.ts'
import { createInstance } from './create-instance.ts'
import { createSchedule } from './create-schedule.ts'
import { createDatabase, deleteDatabase } from './databases.ts'
import { setDefaultDatastoreVersion, withdrawDatastoreVersion } from './datastore-versions.ts'
import { defineFlavor } from './define-flavor.ts'
import { deleteBackup } from './delete-backup.ts'
import { excludeEvent } from './exclude-event.ts'
import { createExtension, dropExtension } from './extensions.ts'
import { deleteInstance, restartInstance, startInstance, stopInstance } from './instance-operations.ts'
import { issueJoinToken } from './issue-join-token.ts'
import { issueToken } from './issue-token.ts'
import { refreshAccounts } from './refresh-accounts.ts'
import { removeHost } from './remove-host.ts'
import { renameInstance } from './rename-instance.ts'
import { resizeInstance } from './resize-instance.ts'
import { dropDeadLetter, replayDeadLetter } from './resolve-dead-letter.ts'
import { retireFlavor } from './retire-flavor.ts'
import { revokeJoinToken } from './revoke-join-token.ts'
import { revokeToken } from './revoke-token.ts'
import { disableRoot, enableRoot } from './root.ts'
import { setQuota } from './set-quota.ts'
import { updateInstance } from './update-instance.ts'
import { changePassword, createUsers, deleteUsers, grantAccess, revokeAccess } from './users.ts'
import { verifyBackup } from './verify-backup.ts'

/** Every public command, by its name. What stands here can be sent by whoever has its role. */
export const publicCommands = {
  CreateInstance: createInstance,
  AdoptInstance: adoptInstance,
  RemoveUnlistedInstance: removeUnlistedInstance,
  RenameInstance: renameInstance,
  UpdateInstance: updateInstance,
  RestartInstance: restartInstance,
  StopInstance: stopInstance,
  StartInstance: startInstance,
  DeleteInstance: deleteInstance,
  ResizeInstance: resizeInstance,
  CreateDatabase: createDatabase,
  DeleteDatabase: deleteDatabase,
  CreateBackup: createBackup,
  DeleteBackup: deleteBackup,
  VerifyBackup: verifyBackup,
  RefreshAccounts: refreshAccounts,
  CreateExtension: createExtension,
  DropExtension: dropExtension,
  CreateUsers: createUsers,
  DeleteUsers: deleteUsers,
  ChangePassword: changePassword,
  EnableRoot: enableRoot,
  DisableRoot: disableRoot,
  GrantAccess: grantAccess,
  RevokeAccess: revokeAccess,
  CreateConfiguration: createConfiguration,
  ChangeConfiguration: changeConfiguration,
  ReplaceConfiguration: replaceConfiguration,
  RollOutConfiguration: rollOutConfiguration,
  CancelRollout: cancelRollout,
  DeleteConfiguration: deleteConfiguration,
  AttachConfiguration: attachConfiguration,
  DetachConfiguration: detachConfiguration,
  CancelOperation: cancelOperation,
  CreateSchedule: createSchedule,
  ChangeSchedule: changeSchedule,
  DeleteSchedule: deleteSchedule,
  IssueToken: issueToken,
  RevokeToken: revokeToken,
  IssueJoinToken: issueJoinToken,
  RevokeJoinToken: revokeJoinToken,
  CordonHost: cordonHost,
  UncordonHost: uncordonHost,
  RemoveHost: removeHost,
  SetQuota: setQuota,
  DefineFlavor: defineFlavor,
  RetireFlavor: retireFlavor,
  SetDefaultDatastoreVersion: setDefaultDatastoreVersion,
  WithdrawDatastoreVersion: withdrawDatastoreVersion,
  ExcludeEvent: excludeEvent,
  ReplayDeadLetter: replayDeadLetter,
  DropDeadLetter: dropDeadLetter,
}
