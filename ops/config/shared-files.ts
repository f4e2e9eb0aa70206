/** Files a server leaves in its data directory for clients of the same machine. */
export const adminTokenFile = 'admin-token'
export const urlFile = 'url'
