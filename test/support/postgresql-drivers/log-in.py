"""Logs in by a Python driver, once for each line of standard input. See drivers.ts."""

import asyncio
import base64
import ssl
import sys
from urllib.parse import parse_qs, unquote, urlsplit


def psycopg(connection, password, query):
    import psycopg

    with psycopg.connect(connection, connect_timeout=30, **given(password)) as session:
        return session.execute(query).fetchone()[0]


def psycopg2(connection, password, query):
    import psycopg2

    session = psycopg2.connect(connection, connect_timeout=30, **given(password))
    try:
        with session.cursor() as cursor:
            cursor.execute(query)
            return cursor.fetchone()[0]
    finally:
        session.close()


def asyncpg(connection, password, query):
    import asyncpg

    async def log_in():
        session = await asyncpg.connect(connection or None, timeout=30, **given(password))
        try:
            return await session.fetchval(query)
        finally:
            await session.close()

    return asyncio.run(log_in())


def pg8000(connection, password, query):
    """Takes no URI: the parts are told one by one, as its users do."""
    import pg8000.dbapi

    parts = urlsplit(connection)
    session = pg8000.dbapi.connect(
        host=parts.hostname,
        port=parts.port,
        user=unquote(parts.username),
        database=unquote(parts.path[1:]),
        password=password or unquote(parts.password),
        ssl_context=ssl.create_default_context(cafile=parse_qs(parts.query)["sslrootcert"][0]),
        timeout=30,
    )
    try:
        cursor = session.cursor()
        cursor.execute(query)
        return cursor.fetchone()[0]
    finally:
        session.close()


def given(password):
    return {"password": password} if password else {}


log_in = {each.__name__: each for each in (psycopg, psycopg2, asyncpg, pg8000)}[sys.argv[1]]
for line in sys.stdin:
    connection, password = (base64.b64decode(field).decode() for field in line.rstrip("\n").split("\t"))
    try:
        print(log_in(connection, password, sys.argv[2]))
    except Exception as error:
        print("error: " + f"{type(error).__name__}: {error}".replace("\n", " "))
