/** By any of these passwords, the newest first, with TLS alone. */
export const identifiedBy = (hashes: readonly string[]): string =>
  `IDENTIFIED VIA ${hashes.map((hash) => `mysql_native_password USING '${hash}'`).join(' OR ')} REQUIRE SSL`
