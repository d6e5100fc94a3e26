"""`gerai doctor` on books of which a part could not be checked: known at once, with the reason."""

from __future__ import annotations

import asyncio
from collections.abc import Generator
from dataclasses import replace
from typing import Any, LiteralString

import psycopg
import pytest

from cluster_kit import migrated_scratch
from gerai.doctor import advice, work
from gerai.doctor.diagnosis import Condition, Installation
from gerai.engine.check import examine, record
from gerai.settings import DatabaseSettings, Settings
from gerai.store.check import INVARIANTS
from gerai.store.connection import open_connection

NAME = "shipment_follows_order"


@pytest.fixture
def here() -> Generator[Installation]:
    """An empty database whose books were checked and hold."""
    with migrated_scratch() as server:
        settings = replace(Settings(), database=DatabaseSettings(url=server.dsn))
        found = Installation(settings, dsn=server.dsn)
        assert asyncio.run(work.books_now(found)).state == Condition.OK
        yield found


def execute(here: Installation, text: LiteralString, *params: Any) -> None:
    with psycopg.connect(here.dsn, autocommit=True) as connection:
        connection.execute(text, params)


async def _recorded(here: Installation) -> list[str]:
    """Look at the books as the worker does; returns what could not be checked."""
    async with await open_connection(here.dsn) as connection:
        examination = await examine(connection)
        await record(connection, examination)
    return list(examination.unchecked)


def test_books_of_which_a_part_cannot_be_checked(here: Installation) -> None:
    """An invariant that the last look could not check is a warning, however young the others are; the database's
    reason stands beside it, as it does when all are checked now. Once it can be checked all is well."""
    assert asyncio.run(work.books(here)).state == Condition.OK
    # A database that is not as the question wants it refuses that question.
    execute(here, "ALTER TABLE shipments RENAME COLUMN receipt TO nothing")
    execute(here, "UPDATE book_checks SET checked_at = checked_at - interval '5 minutes' WHERE invariant = %s", NAME)
    now, later = asyncio.run(work.books_now(here)), asyncio.run(work.books(here))
    for found in (now, later):
        assert (found.state, found.do) == (Condition.WARN, advice.BOOKS_UNCHECKED)
        assert "column s.receipt does not exist" in found.seen
    assert now.figures["unchecked"].keys() == {NAME}
    assert later.seen.startswith(f"{NAME} could not be checked when the others were, 5 minutes after")
    assert 300 <= later.figures["unchecked"][NAME] < 400
    # Never once, as after an upgrade that brought it: it is behind all others, and no less a warning.
    execute(here, "DELETE FROM book_checks WHERE invariant = %s", NAME)
    examined = asyncio.run(_recorded(here))
    never = asyncio.run(work.books(here))
    assert (examined, never.state, never.figures["unchecked"]) == ([NAME], Condition.WARN, {NAME: None})
    assert never.seen.startswith(f"{NAME} could not be checked when the others were, as never before: ")
    execute(here, "ALTER TABLE shipments RENAME COLUMN nothing TO receipt")
    assert asyncio.run(work.books(here)).seen.endswith("another look succeeds")
    assert asyncio.run(work.books_now(here)).state == Condition.OK
    assert asyncio.run(work.books(here)).seen.startswith(f"{len(INVARIANTS)} invariants hold")
