"""One shop for all tests of backups."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Callable, Generator

import psycopg
import pytest
from backup_kit import backed_up, make_database, open_shop

from cluster_kit import migrated_scratch
from gerai.store.embedded import EmbeddedPostgres
from picture_kit import logo

_numbers = itertools.count(1)


@pytest.fixture(scope="session")
def shop_server() -> Generator[EmbeddedPostgres]:
    """A server whose database holds a shop."""

    async def fill(dsn: str) -> None:
        async with open_shop(dsn):
            pass

    with migrated_scratch() as server:
        asyncio.run(fill(server.dsn))
        with psycopg.connect(server.dsn) as connection:
            # All kinds of values that COPY must not confuse.
            connection.execute(
                "UPDATE members SET name = E'tab\\there\\nline \\\\N back\\\\slash \"quoted\" ✓', "
                'details = \'{"a": "\\\\n\\\\t"}\' WHERE member_id = (SELECT min(member_id) FROM members)'
            )
            connection.execute(
                "INSERT INTO shop_logos SELECT merchant_id, sha256(p.content), 'image/png', 400, 160, now(), 't', "
                "p.content FROM merchants, (VALUES (%s::bytea)) AS p(content)",
                (logo(),),
            )
            connection.execute(
                "INSERT INTO idempotency_keys VALUES (1, 'production', 'm', 'o', 'k', '\\x00ff5c0a5c4e', '', now())"
            )
        yield server


@pytest.fixture(scope="session")
def shop_dsn(shop_server: EmbeddedPostgres) -> str:
    """Its address. Nobody writes there."""
    return shop_server.dsn


@pytest.fixture(scope="session")
def plain_backup(shop_dsn: str) -> bytes:
    """A backup of it that is not sealed."""
    return backed_up(shop_dsn, seal_key=b"the key")


@pytest.fixture
def empty_database(shop_dsn: str) -> Generator[Callable[[], str]]:
    """Makes empty databases beside it."""
    names: list[str] = []

    def make() -> str:
        names.append(f"empty{next(_numbers)}")
        return make_database(shop_dsn, names[-1])

    yield make
    with psycopg.connect(shop_dsn, autocommit=True) as connection:
        for name in names:
            connection.execute(f"DROP DATABASE {name} WITH (FORCE)")  # type: ignore[arg-type]
