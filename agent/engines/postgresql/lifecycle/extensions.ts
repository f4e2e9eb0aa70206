import { escapeLiteral } from 'pg'

/**
 * Extensions that PostgreSQL lets a superuser alone create, and that give a tenant no more than his rights: none reads a file, runs a program or
 * looks at raw pages. `postgres_fdw` and `dblink` let nobody but a superuser connect without a password (PostgreSQL documentation F.38), and
 * `pg_hba.conf` lets the engine's own account in nowhere. Their scripts are safe in a schema that others may write to (CVE-2020-14350).
 */
export const offered: readonly string[] = [
  ...['bloom', 'dblink', 'insert_username', 'moddatetime', 'pg_buffercache', 'pg_freespacemap', 'pg_stat_statements'],
  ...['pg_visibility', 'pgrowlocks', 'pgstattuple', 'postgres_fdw', 'sslinfo'],
]

/** The wrappers that some of them bring, which only their owner may use otherwise. */
const wrappers: Readonly<Record<string, string>> = { dblink: 'dblink_fdw', postgres_fdw: 'postgres_fdw' }

const leftOut = 'coffer left out: '
const probed = 'coffer has probed'

/**
 * Creates every extension that is there and takes it back again. `pg_available_extensions` lists what has a control file: some of them need
 * libraries that the host does not have. It leaves traces in the catalogue, so it runs on a copy that is thrown away.
 */
export const probeExtensions = `DO $$
  DECLARE candidate text;
  BEGIN
    FOR candidate IN SELECT name FROM pg_available_extensions WHERE installed_version IS NULL ORDER BY name LOOP
      BEGIN
        EXECUTE format('CREATE EXTENSION %I CASCADE', candidate);
        RAISE EXCEPTION USING ERRCODE = 'CF000';
      EXCEPTION
        WHEN SQLSTATE 'CF000' THEN NULL;
        WHEN OTHERS THEN RAISE LOG '${leftOut}%', candidate;
      END;
    END LOOP;
    RAISE LOG '${probed}';
  END $$`

/** The extensions that could not be created, from what the probe printed. Null when it did not come to its end. */
export const parseProbe = (printed: string): readonly string[] | null =>
  printed.includes(`LOG:  ${probed}`)
    ? [...printed.matchAll(new RegExp(`LOG: {2}${leftOut}(\\S+)`, 'g'))].map(([, name]) => name ?? '')
    : null

/**
 * Run in each database of the template, with `allow_system_table_mods`. The catalogue lists only what can be created, and a function stands in for
 * the rights of a superuser. It lives in `pg_catalog`: every database has it, whoever makes it, and no dump holds it.
 */
export const extensionStatements = (broken: readonly string[]): readonly string[] => [
  ...(broken.length === 0 ? [] : [listOnly(broken)]),
  createExtension,
]

const arrayOf = (names: readonly string[]): string => `ARRAY[${names.map(escapeLiteral).join(', ')}]`

const listOnly = (broken: readonly string[]): string => `DO $$
  DECLARE listing text;
  BEGIN
    FOREACH listing IN ARRAY ARRAY['pg_available_extensions', 'pg_available_extension_versions'] LOOP
      EXECUTE format('CREATE OR REPLACE VIEW pg_catalog.%I AS SELECT * FROM (%s) listed WHERE name <> ALL (%L::name[])',
        listing, rtrim(pg_get_viewdef(('pg_catalog.' || listing)::regclass), ';'), ${arrayOf(broken)});
    END LOOP;
  END $$`

/**
 * In a function that runs as its owner, `session_user` alone tells who calls it. The extension belongs to the owner of the database in the end, and its
 * objects to the superuser, as with a trusted one: so its owner can drop it, and restore a dump that comments on it. There is no statement that
 * changes the owner of an extension, hence the catalogue.
 */
const createExtension = `CREATE FUNCTION pg_catalog.coffer_create_extension(extension text) RETURNS void
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  DECLARE
    wrapper text := ${escapeLiteral(JSON.stringify(wrappers))}::jsonb ->> extension;
    here oid; owner oid; made oid;
  BEGIN
    SELECT oid, datdba INTO here, owner FROM pg_database WHERE datname = current_database();
    IF NOT pg_has_role(session_user, owner, 'MEMBER') THEN
      RAISE EXCEPTION 'the extensions of this database are for its owners' USING ERRCODE = '42501';
    END IF;
    IF extension <> ALL (${arrayOf(offered)}) THEN
      RAISE EXCEPTION 'extension "%" is not among those that Coffer creates for you', extension USING ERRCODE = '42501',
        HINT = ${escapeLiteral(`CREATE EXTENSION takes every trusted one; this function takes ${offered.join(', ')}.`)};
    END IF;
    IF EXISTS (SELECT FROM pg_extension WHERE extname = extension) THEN RETURN; END IF;
    EXECUTE format('CREATE EXTENSION %I SCHEMA public', extension);
    UPDATE pg_extension SET extowner = owner WHERE extname = extension RETURNING oid INTO made;
    INSERT INTO pg_shdepend (dbid, classid, objid, objsubid, refclassid, refobjid, deptype)
      VALUES (here, 'pg_extension'::regclass, made, 0, 'pg_authid'::regclass, owner, 'o');
    IF wrapper IS NOT NULL THEN
      EXECUTE format('GRANT USAGE ON FOREIGN DATA WRAPPER %I TO %I', wrapper, pg_get_userbyid(owner));
    END IF;
  END $$`
