/**
 * Every reason for which an operation can fail, and what to do about it. Closed for this version: what another version's agent
 * reports is kept as it is, so `Fault.code` stays a string where it is read.
 */
export const faultCodes = {
  ADDRESS_UNAVAILABLE:
    'The host cannot listen on its configured address. Correct `COFFER_ENGINE_LISTEN_ADDRESS` there.',
  AGENT_ANSWER_INCOMPLETE:
    'The agent reported success without all that the step has to tell. Upgrade the agent on that host.',
  AGENT_ERROR: 'The agent failed in a way it does not know. Its log on the host has the whole error.',
  BACKUP_DAMAGED: 'The backup is not what was stored, or parts of it are missing. Restore another one.',
  BACKUP_FAILED: 'The engine did not finish the copy of its data. Ask for another backup.',
  BACKUP_REFUSED: 'The backup store refused the request. Check `COFFER_BACKUP_URL` and its credentials.',
  BACKUP_STORE_UNAVAILABLE: 'The backup store cannot be reached or is out of room. The step is tried again.',
  CANCELLED: 'Somebody cancelled the operation, and what it had done was undone.',
  COMMAND_NOT_UNDERSTOOD: 'The agent is older than the control plane. Upgrade the agent on that host.',
  CONFIGURATION_REFUSED:
    'The engine does not start with these values; the message has what it says. It has those of before.',
  CONFIGURE_FAILED: "The engine's configuration could not be written.",
  DATABASE_DIFFERS: 'A database of this name exists with another character set or collation. Choose another name.',
  DATABASE_EXISTS: 'A database of this name was made in SQL. Choose another name, or drop that one in SQL.',
  DATABASE_MISSING: 'A user was given a database that does not exist. Create the database first.',
  DATABASE_REFUSED: 'The engine refused to create or delete the database; the message has its reason.',
  DATA_MISSING: "The instance's data is not on its host any more. Put the volume back, or delete the instance.",
  DEADLINE_EXCEEDED: 'No result came in time. Check that the host and its agent are up, then try again.',
  DISK_FULL: "The instance's volume or the disk of its host is full. Grow the volume or free space on the host.",
  ENDPOINT_NOT_TRUSTED:
    "The engine's certificate did not pass the check that clients make. See the docs page on certificates.",
  ENDPOINT_NOT_VERIFIED: 'A query over the published endpoint failed, so the instance was not called ACTIVE.',
  ENGINE_BROKEN: 'The engine reports damage or an internal error; its log on the host tells more.',
  ENGINE_CUT_OFF: 'The engine serves clients, but its administration socket is gone. Restart the instance.',
  ENGINE_FULL: 'All connection slots are taken, including those of clients still logging in. Close connections.',
  ENGINE_MISSING: 'The host has no engine for this instance.',
  ENGINE_NOT_INSTALLED: 'The host does not have this engine version. Install it there, or choose a version on offer.',
  ENGINE_NOT_KILLED: "The engine's processes did not end. The host may have a hanging disk.",
  ENGINE_NOT_READY: 'The engine is starting or stopping. The step is tried again until its deadline.',
  ENGINE_REFUSED: 'The engine refused an administrative statement; the message has its reason.',
  ENGINE_SLOTS_TAKEN: 'All connection slots are taken. Close connections or choose a larger flavor.',
  ENGINE_START_FAILED: 'The engine did not start; `cause` has what its log says.',
  ENGINE_UNREACHABLE: 'The engine did not answer, or closed the connection.',
  EXTENSION_REFUSED: 'The engine does not offer the extension, or refused it; the message has its reason.',
  FEATURE_NOT_AVAILABLE: 'The engine does not have what was asked for; the message says what.',
  FLAVOR_TOO_SMALL:
    'The engine holds more than the flavor has room for; the message says how much. Delete data or choose a larger one.',
  HOST_COMMAND_FAILED: 'A system program on the host failed; the message names it.',
  HOST_REMOVED: 'The host was removed for good, and its data with it. Delete the database and make another one.',
  HOST_UNREACHABLE: 'The host was lost while it had work to do, and no other host had room.',
  INSTANCE_IN_USE: 'The database has clients already, so its provisioning is not undone. Delete it if it is to go.',
  INSTANCE_UNKNOWN: 'The host has never had this instance.',
  INVALID_NAME: 'The engine does not accept this name; the message says what it accepts.',
  NO_FREE_PORT: 'Every port in the range of the host is taken. Widen `COFFER_ENGINE_PORTS` or delete instances.',
  PASSWORD_REFUSED: 'The password has characters that clients send in different ways. Use ASCII.',
  PORT_IN_USE: "Another program has taken the instance's port. Stop that program.",
  RESERVED_NAME: 'The name is reserved for the engine or for Coffer.',
  SECRET_UNREADABLE:
    'The initial passwords were sealed to a key that the host does not have. Create the instance again.',
  STALE_EPOCH: 'A newer operation has superseded the command. Nothing is left to do.',
  SUPERSEDED: 'A newer command for the same instance took its place.',
  TEMPLATE_FAILED: "The host could not prepare the engine's template; `cause` says why.",
  UNREADABLE_HISTORY: 'An event of the operation cannot be read. See the runbook on unreadable events.',
  USER_EXISTS: 'A user of this name was made in SQL. Choose another name, or drop that one in SQL.',
  USER_MISSING:
    'The user does not exist in the engine any more: somebody has dropped it in SQL. Delete it, then create it again.',
  USER_REFUSED: 'The engine refused to create or change the user; the message has its reason.',
  VERSION_CHANGE_REFUSED: 'Starting an engine never changes its version.',
  VOLUME_IN_USE: 'Something on the host still uses the volume. Try again when it has ended.',
  VOLUME_MISSING: "The instance's volume is not on its host any more. Put it back, or delete the instance.",
  VOLUME_NOT_MOUNTED: 'The volume could not be mounted; the message says what the host lacks.',
  WRONG_HOST: 'The command reached another host than the one it is for.',
} as const satisfies Readonly<Record<string, string>>

export type FaultCode = keyof typeof faultCodes
