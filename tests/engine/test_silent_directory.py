"""A revoked key ends within five seconds in every process, also where the link that would say so has fallen silent."""

from __future__ import annotations

import asyncio
import contextlib
import secrets
import time
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from functools import partial
from pathlib import Path
from typing import Any

import psycopg
import pytest
from structlog.testing import capture_logs

from engine_kit import another_engine, assert_within
from gerai.domain.refusals import Busy
from gerai.engine.core import Engine
from gerai.engine.directory import TRUSTED_S, Part
from gerai.engine.keys.manage import create_key, revoke_key
from gerai.engine.merchants.open import open_merchant
from gerai.testing.silent_link import SilentLink
from gerai.torture.revoked_keys import stopped

#: What a test adds for a machine that has other things to do.
_GRACE_S = 1.0


class Key:
    """A key of a merchant of its own."""

    def __init__(self, engine: Engine, merchant_id: int, key_id: int, token: str) -> None:
        self.engine, self.merchant_id, self.key_id, self.token = engine, merchant_id, key_id, token

    async def revoke(self) -> None:
        await revoke_key(self.engine, self.merchant_id, self.key_id)

    def lives_in(self, engine: Engine) -> bool:
        """Whether this process would serve it."""
        with contextlib.suppress(Busy):
            found = engine.directory.find_key(self.token)
            return found is not None and found.revoked_at is None
        return False

    def is_known_revoked_in(self, engine: Engine) -> bool:
        """Whether this process can say so, and does not just refuse to say anything."""
        found = engine.directory.find_key(self.token)
        return found is not None and found.revoked_at is not None


async def new_key(engine: Engine) -> Key:
    """Made by this process."""
    merchant_id = await open_merchant(engine, f"silent-{secrets.token_hex(4)}", "Silent")
    token = secrets.token_hex(20)
    key_id = await create_key(engine, merchant_id, "sandbox", "test", token, name="k", prefix=token[:4])
    return Key(engine, merchant_id, key_id, token)


@asynccontextmanager
async def processes(dsn: str, number: int) -> AsyncGenerator[list[Engine]]:
    """So many engines, each as a process of its own would be."""
    async with AsyncExitStack() as stack:
        yield [await stack.enter_async_context(another_engine(dsn)) for _ in range(number)]


def backends(dsn: str, state: str) -> list[int]:
    """Process ids of the server's sessions whose last statement was like this."""
    with psycopg.connect(dsn) as connection:
        found = connection.execute(
            "SELECT pid FROM pg_stat_activity WHERE query LIKE %s AND pid <> pg_backend_pid()", (state,)
        )
        return [pid for (pid,) in found.fetchall()]


@pytest.fixture
async def link(own_dsn: str, tmp_path: Path) -> AsyncGenerator[SilentLink]:
    """A link to the database that can fall silent."""
    async with SilentLink(own_dsn, tmp_path).running() as link:
        yield link


async def test_stopped_backends_of_the_listening_connections(own_dsn: str) -> None:
    """Three processes, the backends of all their LISTEN connections stopped: a revoked key is known to be revoked in
    each, another one lives on all the while, and later changes are heard again at once."""
    async with another_engine(own_dsn) as desk, processes(own_dsn, 3) as shops:
        mine = len(backends(own_dsn, "LISTEN %"))
        revoked, kept, later = await new_key(desk), await new_key(desk), await new_key(desk)
        await assert_within(lambda: all(later.lives_in(shop) for shop in shops), 1 + _GRACE_S)
        with stopped(backends(own_dsn, "LISTEN %")):
            await revoked.revoke()
            await assert_within(lambda: all(revoked.is_known_revoked_in(s) for s in shops), TRUSTED_S)
            assert all(kept.lives_in(shop) for shop in shops)
            await later.revoke()
            await assert_within(lambda: all(later.is_known_revoked_in(s) for s in shops), 1 + _GRACE_S)
        assert mine == 4


async def test_a_stopped_backend_of_the_reading_connection(own_dsn: str) -> None:
    """What was notified cannot be read: the connection is given up, and another reads it."""
    async with another_engine(own_dsn) as desk, processes(own_dsn, 2) as shops:
        revoked, kept = await new_key(desk), await new_key(desk)
        await assert_within(lambda: all(kept.lives_in(shop) for shop in shops), 1 + _GRACE_S)
        await asyncio.sleep(1.1)
        reading = {*backends(own_dsn, "%pg_notify%"), *backends(own_dsn, "%FROM api_keys WHERE%")}
        with stopped(sorted(reading)):
            await revoked.revoke()
            await assert_within(lambda: all(revoked.is_known_revoked_in(s) for s in shops), TRUSTED_S)
            assert all(kept.lives_in(shop) for shop in shops)
        assert len(reading) >= 3


async def test_a_link_that_swallows_what_is_notified(own_dsn: str, link: SilentLink) -> None:
    """The LISTEN connections of two processes stay open and bring nothing, new ones neither: the processes look
    themselves, know who was revoked, and serve everybody else."""
    async with another_engine(own_dsn) as desk, processes(link.dsn, 2) as shops:
        revoked, kept, later = await new_key(desk), await new_key(desk), await new_key(desk)
        await assert_within(lambda: all(later.lives_in(shop) for shop in shops), 1 + _GRACE_S)
        link.swallows = "listening"
        await revoked.revoke()
        await assert_within(lambda: not any(revoked.lives_in(shop) for shop in shops), TRUSTED_S)
        await assert_within(lambda: all(kept.lives_in(shop) for shop in shops), _GRACE_S)
        await later.revoke()
        await assert_within(lambda: all(later.is_known_revoked_in(shop) for shop in shops), TRUSTED_S)
        assert all(kept.lives_in(shop) for shop in shops)
        link.swallows = ""


async def test_a_link_that_swallows_everything(own_dsn: str, link: SilentLink) -> None:
    """A process that can ask nobody serves no key any more; when the link is back it knows who was revoked."""
    async with another_engine(own_dsn) as desk, processes(link.dsn, 2) as shops:
        revoked, kept = await new_key(desk), await new_key(desk)
        await assert_within(lambda: all(kept.lives_in(shop) for shop in shops), 1 + _GRACE_S)
        link.swallows = "everything"
        await revoked.revoke()
        await assert_within(lambda: not any(revoked.lives_in(shop) for shop in shops), TRUSTED_S + 0.1)
        for shop in shops:
            with pytest.raises(Busy):
                shop.directory.find_key(kept.token)
        assert kept.lives_in(desk)
        link.swallows = ""
        await assert_within(
            lambda: all(kept.lives_in(s) and revoked.is_known_revoked_in(s) for s in shops), 5 + _GRACE_S
        )


async def test_a_key_revoked_by_hand(own_dsn: str) -> None:
    """Somebody changes the row with SQL and notifies nobody, or deletes it: every process finds it by itself."""
    async with processes(own_dsn, 2) as shops:
        revoked, deleted, kept = await new_key(shops[0]), await new_key(shops[0]), await new_key(shops[0])
        with psycopg.connect(own_dsn, autocommit=True) as connection:
            connection.execute("UPDATE api_keys SET revoked_at = now() WHERE key_id = %s", (revoked.key_id,))
            connection.execute("DELETE FROM api_keys WHERE key_id = %s", (deleted.key_id,))
        await assert_within(
            lambda: not any(key.lives_in(shop) for shop in shops for key in (revoked, deleted)), TRUSTED_S
        )
        assert all(kept.lives_in(shop) for shop in shops)


async def test_a_key_ends_though_its_merchant_cannot_be_read(own_dsn: str) -> None:
    """A broken catalogue keeps what is known of it, and no revoked key alive; other keys are served meanwhile."""
    broken = {"now": False}

    async def load(connection: Any, merchant_ids: Any) -> dict[int, int]:
        if broken["now"]:
            raise ValueError("a row that makes no sense")
        return dict.fromkeys(merchant_ids, 0)

    async with another_engine(own_dsn) as desk, another_engine(own_dsn, parts=(Part("odd", load),)) as shop:
        revoked, kept = await new_key(desk), await new_key(desk)
        await assert_within(lambda: kept.lives_in(shop), 1 + _GRACE_S)
        broken["now"] = True
        await revoked.revoke()
        await assert_within(lambda: not revoked.lives_in(shop), TRUSTED_S)
        await asyncio.sleep(TRUSTED_S + 0.5)
        assert kept.lives_in(shop)


async def test_keys_are_good_while_a_large_catalogue_is_read(own_dsn: str) -> None:
    """After its link broke, a process reads everything for longer than it trusts what it knows: it goes on serving
    keys meanwhile, and none that was revoked."""
    takes_s, reading = [0.0], asyncio.Event()

    async def load(connection: Any, merchant_ids: Any) -> dict[int, int]:
        if takes_s[0]:
            reading.set()
        await asyncio.sleep(takes_s[0])
        return dict.fromkeys(merchant_ids, 0)

    async with another_engine(own_dsn) as desk, another_engine(own_dsn, parts=(Part("large", load),)) as shop:
        revoked, kept = await new_key(desk), await new_key(desk)
        await assert_within(lambda: kept.lives_in(shop) and revoked.lives_in(shop), 1 + _GRACE_S)
        takes_s[0] = 2 * TRUSTED_S
        with psycopg.connect(own_dsn, autocommit=True) as connection:
            connection.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE 'LISTEN %'")
        await asyncio.wait_for(reading.wait(), 10)
        await revoked.revoke()
        await asyncio.sleep(TRUSTED_S + 1)
        assert (kept.lives_in(shop), revoked.lives_in(shop)) == (True, False)
        takes_s[0] = 0.0
        await assert_within(lambda: kept.lives_in(shop) and revoked.is_known_revoked_in(shop), 2 * TRUSTED_S)


def _counting(load: Callable[..., Awaitable[None]], count: Callable[[], None]) -> Callable[..., Awaitable[None]]:
    async def counted(*given: Any) -> None:
        count()
        await load(*given)

    return counted


async def test_a_quiet_shop_is_left_alone(own_dsn: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where nothing happens, nothing is read again: the beats are heard, and the connections stay the same."""
    async with another_engine(own_dsn) as shop:
        key = await new_key(shop)
        before = sorted(backends(own_dsn, "LISTEN %"))
        loads: list[Any] = []
        for name in ("load", "refresh"):
            counted = partial(loads.append, name)
            monkeypatch.setattr(shop.directory, name, _counting(getattr(shop.directory, name), counted))
        await asyncio.sleep(TRUSTED_S + 1)
        assert (loads, sorted(backends(own_dsn, "LISTEN %"))) == ([], before)
        assert key.lives_in(shop)


async def test_a_process_that_stood_still_blames_nobody(dsn: str) -> None:
    """One that imports for longer than the other side may be silent loses no connection: it reads what came meanwhile,
    and knows the next change within the usual time."""
    async with processes(dsn, 2) as (here, elsewhere):
        key = await new_key(elsewhere)
        await assert_within(lambda: key.lives_in(here), TRUSTED_S)
        with capture_logs() as logs:
            for pause_s in (2.6, 3.4):
                time.sleep(pause_s)  # noqa: ASYNC251 - the loop is to stand still
                await asyncio.sleep(1.5)
        assert [one["event"] for one in logs if one["event"].startswith("directory.")] == []
        await key.revoke()
        await assert_within(lambda: key.is_known_revoked_in(here), TRUSTED_S + _GRACE_S)
