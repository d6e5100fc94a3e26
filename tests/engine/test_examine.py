"""The recorded look at the books: kept for the metrics, by one process of all, and never in anybody's way."""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import AsyncGenerator, Callable, Generator
from contextlib import AsyncExitStack
from datetime import timedelta
from typing import Any

import psycopg
import pytest
import pytest_asyncio
from psycopg import AsyncConnection
from structlog.testing import capture_logs

from app_kit import no_gateways
from cluster_kit import migrated_scratch
from engine_kit import clone_of, database, open_shop
from gerai.engine.check import Examination, Finding, Violation, check, examine, examine_if_due, record
from gerai.engine.core import Engine
from gerai.kit.clock import real_now
from gerai.settings import Settings, WorkerSettings
from gerai.store import check as sql
from gerai.store import gauges
from gerai.store.book_checks import take_turn
from gerai.store.check import INVARIANTS
from gerai.store.embedded import DATABASE
from gerai.store.invariant import Invariant
from gerai.worker.books import watch_books
from gerai.worker.main import Worker

NAMES = sorted(invariant.name for invariant in INVARIANTS)
HOUR_S = 3600.0


class NoPartners:
    """Nobody to ask."""

    fulfilment: dict[str, Any] = {}


@pytest.fixture(scope="module")
def template() -> Generator[str]:
    """A server with an empty, migrated database to copy."""
    with migrated_scratch() as server:
        yield database(server.dsn, "postgres")


@pytest_asyncio.fixture
async def engine(template: str) -> AsyncGenerator[Engine]:
    """An engine on a database of the test's own, whose books nobody has checked."""
    with clone_of(template, DATABASE) as dsn:
        async with Engine(dsn, reads_pool_size=4).running() as engine:
            yield engine


async def recorded(engine: Engine) -> list[tuple[str, int]]:
    """(invariant, broken rows) as any process tells them."""
    async with engine.connection() as connection:
        return [(name, broken) for name, broken, _, _ in await gauges.book_checks(connection)]


async def all_recorded(engine: Engine) -> bool:
    """Whether every invariant was recorded."""
    return {name for name, _ in await recorded(engine)} >= {*NAMES}


async def execute(engine: Engine, statement: str, *params: Any) -> None:
    async with engine.connection() as connection:
        await connection.execute(statement, params)  # type: ignore[arg-type]


async def keep(engine: Engine, examination: Examination) -> None:
    async with engine.connection() as connection:
        await record(connection, examination)


async def checking(engine: Engine) -> bool:
    """Whether a session of this database waits inside a check."""
    async with engine.connection() as connection:
        cursor = await connection.execute(
            "SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock' "
            "AND query LIKE '%%FROM transfers t%%'"
        )
        return cursor.rowcount > 0


async def until(met: Callable[[], Any]) -> None:
    """Wait until this answers something."""
    async with asyncio.timeout(30):
        while True:
            answer = met()
            if await answer if inspect.isawaitable(answer) else answer:
                return
            await asyncio.sleep(0.02)


def said(logs: list[Any], event: str) -> int:
    """How often."""
    return len([entry for entry in logs if entry["event"] == event])


def looked(at_s: float, *found: tuple[str, int]) -> Examination:
    """An examination so many seconds from now, with so many broken rows of each invariant."""
    findings = [Finding(name, 7, Violation(name, "", ({"a_id": 1},) * n) if n else None) for name, n in found]
    return Examination(real_now() + timedelta(seconds=at_s), tuple(findings))


async def test_an_examination_tells_of_every_invariant(engine: Engine) -> None:
    """What holds is in it too, with the time each look took; recorded, it is what any process tells."""
    async with engine.connection() as connection:
        examination = await examine(connection)
    assert sorted(finding.invariant for finding in examination.findings) == NAMES
    assert examination.violations == []
    assert all(0 <= finding.took_ms < 60_000 for finding in examination.findings)
    assert abs((examination.at - real_now()).total_seconds()) < 60
    assert await recorded(engine) == []
    await keep(engine, examination)
    assert await recorded(engine) == [(name, 0) for name in NAMES]


async def test_what_cannot_be_checked_hides_nothing(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    """A question that the database refuses has its reason; all others are examined and recorded. The last good look at
    it stays with its time, and who wants an answer without exceptions gets none."""
    await keep(engine, looked(-600, ("impossible", 2)))
    impossible = Invariant("impossible", "One is divided", "SELECT 1 / count(*) FROM {orders} WHERE false")
    monkeypatch.setattr(sql, "INVARIANTS", (INVARIANTS[0], impossible, *INVARIANTS[1:]))
    with capture_logs() as logs:
        watching = asyncio.create_task(watch_books(engine, 60.0))
        await until(lambda: said(logs, "books.checked"))
        # It is told before it is written down.
        await until(lambda: all_recorded(engine))
        watching.cancel()
        await asyncio.gather(watching, return_exceptions=True)
    async with engine.connection() as connection:
        examination = await examine(connection)
    assert examination.unchecked == {"impossible": "division by zero"}
    assert examination.violations == []
    assert sorted(finding.invariant for finding in examination.findings) == sorted([*NAMES, "impossible"])
    assert await recorded(engine) == sorted([("impossible", 2), *((name, 0) for name in NAMES)])
    async with engine.connection() as connection:
        at = {name: at_s for name, _, _, at_s in await gauges.book_checks(connection)}
    assert at["impossible"] < min(at[name] for name in NAMES) - 500
    checked = [entry["invariants"] for entry in logs if entry["event"] == "books.checked"]
    assert checked == [len(NAMES)]
    [entry] = [entry for entry in logs if entry["event"] == "books.not_checked"]
    told = (entry["invariant"], entry["error"], entry["log_level"])
    assert told == ("impossible", "division by zero", "error")
    with pytest.raises(psycopg.Error, match="impossible: division by zero"):
        await check(engine)


async def test_the_later_one_is_kept(engine: Engine) -> None:
    """A slow check that ends after a later one does not undo it; what is no invariant any more is forgotten."""
    await keep(engine, looked(-60, ("gone", 3), ("a", 1), ("b", 0)))
    await keep(engine, looked(0, ("a", 0), ("b", 2)))
    await keep(engine, looked(-30, ("a", 20), ("b", 20), ("c", 20)))
    assert await recorded(engine) == [("a", 0), ("b", 2), ("c", 20)]


async def test_only_when_due(engine: Engine) -> None:
    """Never checked is due; recorded a moment ago is not, by whomever; an hour ago is."""
    assert await examine_if_due(engine, HOUR_S) is not None
    assert await examine_if_due(engine, HOUR_S) is None
    await execute(engine, "UPDATE book_checks SET checked_at = checked_at - interval '61 minutes'")
    again = await examine_if_due(engine, HOUR_S)
    assert again is not None
    assert await examine_if_due(engine, HOUR_S) is None


async def test_one_of_two_checks(engine: Engine) -> None:
    """Two workers at once, ten times over: one of them checks each time, the other has nothing to do."""
    for _ in range(10):
        await execute(engine, "DELETE FROM book_checks")
        answers = await asyncio.gather(*(examine_if_due(engine, HOUR_S) for _ in range(2)))
        assert sorted(answer is None for answer in answers) == [False, True]


async def test_somebody_elses_turn(engine: Engine) -> None:
    """While another process checks, nobody else begins, however late it is; when that process dies its turn ends."""
    async with await AsyncConnection.connect(engine.dsn, autocommit=True) as other:
        assert await take_turn(other)
        assert await examine_if_due(engine, HOUR_S) is None
        assert await recorded(engine) == []
    await until(lambda: examine_if_due(engine, HOUR_S))


async def test_broken_books_are_an_error_in_the_log(engine: Engine) -> None:
    """A broken invariant is logged with its name and the ids of the rows, nothing more of them, and recorded."""
    shop = await open_shop(engine, money_sen=100_000_00)
    placed = await shop.place("wallet", 5_000_00)
    order = placed.view.order
    await execute(engine, "UPDATE orders SET charged_sen = 1 WHERE order_id = %s", order.order_id)
    with capture_logs() as logs:
        watching = asyncio.create_task(watch_books(engine, HOUR_S))
        await until(lambda: recorded(engine))
        watching.cancel()
        await asyncio.gather(watching, return_exceptions=True)
    told = [entry for entry in logs if entry["event"].startswith("books.")]
    assert [(entry["event"], entry["log_level"]) for entry in told] == [
        ("books.broken", "error"),
        ("books.checked", "info"),
    ]
    assert told[0]["invariant"] == "order_money"
    assert told[0]["rows"] == [{"merchant_id": shop.merchant_id, "order_id": order.order_id}]
    assert (told[1]["invariants"], told[1]["broken"]) == (len(NAMES), 1)
    assert order.public_id not in str(told)
    assert await recorded(engine) == [(name, int(name == "order_money")) for name in NAMES]


async def test_a_database_that_fails_is_asked_again(engine: Engine) -> None:
    """A check that the database breaks off is a warning; the worker goes on and tries again."""
    await execute(engine, "ALTER TABLE book_checks RENAME TO mislaid")
    with capture_logs() as logs:
        watching = asyncio.create_task(watch_books(engine, 0.05))
        await until(lambda: said(logs, "books.not_checked") >= 2)
        await execute(engine, "ALTER TABLE mislaid RENAME TO book_checks")
        await until(lambda: recorded(engine))
        watching.cancel()
        await asyncio.gather(watching, return_exceptions=True)
    assert await recorded(engine) == [(name, 0) for name in NAMES]
    assert {entry["log_level"] for entry in logs if entry["event"] == "books.not_checked"} == {"warning"}


async def test_what_cannot_be_recorded_is_logged_all_the_same(engine: Engine) -> None:
    """A broken invariant reaches the log before anything else can go wrong."""
    shop = await open_shop(engine)
    placed = await shop.place()
    await execute(engine, "UPDATE orders SET status = 'expired' WHERE order_id = %s", placed.view.order.order_id)
    await execute(engine, "ALTER TABLE book_checks ADD CHECK (took_ms < 0) NOT VALID")
    with capture_logs() as logs:
        watching = asyncio.create_task(watch_books(engine, HOUR_S))
        await until(lambda: said(logs, "books.not_checked") == 1)
        watching.cancel()
        await asyncio.gather(watching, return_exceptions=True)
    [broken] = [entry for entry in logs if entry["event"] == "books.broken"]
    assert broken["invariant"] == "event_per_state"
    assert await recorded(engine) == []


async def test_never_means_never(engine: Engine) -> None:
    """With 0 the worker does not look at the books, however long it runs."""
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(watch_books(engine, 0), 1)
    assert await recorded(engine) == []


async def test_a_long_check_is_in_nobodys_way(engine: Engine) -> None:
    """While a check takes long the worker's sweep goes on; asked to stop, the worker ends at once, and so does the
    check in the database; nothing is recorded, and the next worker may check."""
    shop = await open_shop(engine)
    settings = Settings(worker=WorkerSettings(concurrency=1, check_every_s=HOUR_S))
    worker = Worker(engine, NoPartners(), no_gateways(engine), settings, {})
    async with await AsyncConnection.connect(engine.dsn) as holding:
        # The check's first question waits for this table; expiring an unpaid order does not need it.
        await holding.execute("LOCK TABLE transfers IN ACCESS EXCLUSIVE MODE")
        running = AsyncExitStack()
        await running.enter_async_context(worker.running())
        await until(lambda: checking(engine))
        order = (await shop.place(expires_at=real_now())).view.order
        ends = "SELECT status FROM orders WHERE merchant_id = %s AND order_id = %s AND status <> 'pending'"
        await until(lambda: shop.rows(ends, order.order_id))
        assert await checking(engine)
        await asyncio.wait_for(running.aclose(), 10)
        assert not await checking(engine)
        await holding.rollback()
    assert await shop.rows(ends, order.order_id) == [("expired",)]
    assert await recorded(engine) == []
    await until(lambda: examine_if_due(engine, HOUR_S))
