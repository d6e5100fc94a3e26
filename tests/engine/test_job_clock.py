"""Follow-up jobs are due by the database's clock, whatever the clock of the process that deferred them says."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, tzinfo

import psycopg
import pytest
from procrastinate import App, PsycopgConnector, RetryStrategy, utils

from engine_kit import Shop
from gerai.kit import clock
from gerai.worker.next_due import PromptManager

_DELAY_S = 40.0


def set_off(monkeypatch: pytest.MonkeyPatch, by: timedelta, *, deaf: bool = False) -> None:
    """From now on this machine takes the time for so much later. ``deaf``: the process hears of no other clock."""

    class Shifted(datetime):
        @classmethod
        def now(cls, tz: tzinfo | None = None) -> datetime:
            return datetime.now(tz) + by

    monkeypatch.setattr(clock, "datetime", Shifted)
    if deaf:
        monkeypatch.setattr(clock, "_anchor", None)
        monkeypatch.setattr(clock, "adjust", lambda *_: None)
    monkeypatch.setattr(utils, "utcnow", lambda: Shifted.now(UTC))


async def waits(shop: Shop) -> list[float]:
    """In how many seconds of the database's clock each job of the shop is due."""
    text = (
        "SELECT extract(epoch FROM scheduled_at - now())::float8 FROM procrastinate_jobs "
        "WHERE (args ->> 'merchant_id')::int8 = %s AND scheduled_at IS NOT NULL"
    )
    return [seconds for (seconds,) in await shop.rows(text)]


@pytest.mark.parametrize("by", [timedelta(hours=24), timedelta(hours=-24), timedelta(days=400), timedelta(0)])
async def test_a_clock_that_is_wrong_delays_no_job(shop: Shop, monkeypatch: pytest.MonkeyPatch, by: timedelta) -> None:
    """Orders, payments and deposits that are followed up after forty seconds: that is when each job is due, though the
    process took the time for a day later or earlier when it deferred it."""
    set_off(monkeypatch, by, deaf=True)
    for _ in range(5):
        await shop.place("hold", resume_after_s=_DELAY_S)
        placed = await shop.place()
        await shop.start_payment(placed, settle_after_s=_DELAY_S, settle_outcome="paid")
        await shop.start_deposit(settle_after_s=_DELAY_S, settle_outcome="paid")
    found = await waits(shop)
    assert len(found) == 15
    assert all(_DELAY_S - 15 < seconds <= _DELAY_S for seconds in found), found


async def test_no_delay_is_none(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    """A job that follows at once has no time of its own; one after no seconds, or a fraction, is due by then."""
    set_off(monkeypatch, timedelta(hours=24), deaf=True)
    await shop.place("wallet", provider="simulator")
    await shop.start_payment(await shop.place(), settle_after_s=0, settle_outcome="paid")
    await shop.start_payment(await shop.place(), settle_after_s=0.25, settle_outcome="paid")
    assert all(seconds <= 0.25 for seconds in await waits(shop))
    text = "SELECT scheduled_at IS NULL FROM procrastinate_jobs WHERE (args ->> 'merchant_id')::int8 = %s ORDER BY id"
    assert [unset for (unset,) in await shop.rows(text)] == [True, False, False]


@pytest.mark.parametrize("by", [timedelta(hours=24), timedelta(hours=-24)])
async def test_a_failed_job_comes_again_by_the_same_clock(
    own_dsn: str, monkeypatch: pytest.MonkeyPatch, by: timedelta
) -> None:
    """A runner whose clock is a day off puts a job that failed back for a minute, not for a day or for now."""
    connector = PsycopgConnector(conninfo=own_dsn, min_size=1, max_size=2)
    app = App(connector=connector)
    app.job_manager = PromptManager(connector, 5.0)

    @app.task(name="fails", retry=RetryStrategy(max_attempts=3, wait=60))
    async def fails() -> None:
        raise ValueError("not now")

    set_off(monkeypatch, by)
    async with app.open_async():
        await fails.configure(queue=f"off-{by}").defer_async()
        await app.run_worker_async(queues=[f"off-{by}"], wait=False, install_signal_handlers=False)
    with psycopg.connect(own_dsn) as connection:
        found = connection.execute(
            "SELECT status::text, attempts, extract(epoch FROM scheduled_at - now())::float8 FROM procrastinate_jobs "
            "WHERE queue_name = %s",
            (f"off-{by}",),
        ).fetchall()
    [(status, attempts, wait_s)] = found
    assert (status, attempts) == ("todo", 1)
    assert 45 < wait_s <= 60
