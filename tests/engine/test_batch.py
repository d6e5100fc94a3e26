"""The writer: many commands per transaction, and what goes wrong with one never harms another."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from psycopg import AsyncConnection, OperationalError

from engine_kit import Shop, another_engine, key_of, open_shop
from gerai.domain.records import Account
from gerai.domain.refusals import Broken, Busy, InsufficientFunds, Refusal
from gerai.engine import batch_run
from gerai.engine.check import check
from gerai.engine.command import Command, Context, Needs
from gerai.engine.core import Engine
from gerai.engine.lane import Lane, Waiting
from gerai.engine.state import State
from gerai.engine.wallet import ledger


class Stumble(Command[Account], frozen=True, kw_only=True):
    """Changes everything it can reach and then fails as told: by a refusal, or by a mistake of ours."""

    account_id: int
    order_id: int
    refuse: bool

    def needs(self) -> Needs:
        return Needs(accounts=(self.account_id,), orders=(self.order_id,))

    def decide(self, state: State, context: Context) -> Account:
        account = ledger.wallet(state, self.merchant_id, self.environment, self.account_id)
        ledger.deposit(state, context, account, "funding", 1_00, "never")
        order = state.order(self.merchant_id, self.order_id)
        ledger.book_payment(state, context, order, 5_00, context.next_id())
        state.announce(order, "order.stumbled", context.now)
        if self.refuse:
            raise InsufficientFunds(0, 1)
        raise ZeroDivisionError("a mistake of ours")


async def gathered(*sent: Any) -> list[Any]:
    """Their answers, or what they raised."""
    return await asyncio.gather(*sent, return_exceptions=True)


async def test_waiting_commands_form_one_batch(dsn: str) -> None:
    """What arrives together is written together: three hundred orders in two transactions of at most 256."""
    async with another_engine(dsn) as engine:
        shop = await open_shop(engine)
        before = engine.writer.figures.batches
        await asyncio.gather(*(shop.place() for _ in range(300)))
        assert engine.writer.figures.batches - before == 2
        assert engine.writer.figures.largest == 256
        assert await shop.count("orders") == 300


async def test_commands_of_a_batch_see_each_other_in_order(shop: Shop) -> None:
    """Ten orders of Rp30.000 against Rp100.000 at once: three are paid, the rest refused with what is left."""
    answers = await gathered(*(shop.place("wallet", 30_000_00) for _ in range(10)))
    assert [answer.available_after_sen for answer in answers[:3]] == [70_000_00, 40_000_00, 10_000_00]
    assert [type(answer) for answer in answers[3:]] == [InsufficientFunds] * 7
    assert {answer.available_sen for answer in answers[3:]} == {10_000_00}
    assert await shop.count("orders") == 3


@pytest.mark.parametrize("refuse", [True, False])
async def test_a_command_that_fails_leaves_no_trace(shop: Shop, refuse: bool) -> None:
    """Refused, or broken by our own mistake: not one row, event or job of it, and its neighbours are written."""
    target = await shop.place()
    before, wallet = await shop.footprint(), await shop.wallet()
    stumble = Stumble(**shop.owner, account_id=shop.account_id, order_id=target.view.order.order_id, refuse=refuse)
    first, stumbled, last = await gathered(
        shop.place("wallet", 1_00), shop.engine.submit(stumble, key_of("stumble")), shop.place("wallet", 2_00)
    )
    assert isinstance(stumbled, InsufficientFunds if refuse else Broken)
    after = await shop.footprint()
    assert first.available_after_sen == wallet.available_sen - 1_00
    assert last.available_after_sen == wallet.available_sen - 3_00
    written = {table: after[table] - before[table] for table in before}
    placed = {"orders": 2, "order_lines": 2, "invoices": 2, "payments": 2, "transfers": 2, "events": 4}
    assert written == dict.fromkeys(before, 0) | placed
    assert await check(shop.engine, shop.merchant_id) == []


async def test_a_poisoned_command_fails_alone(shop: Shop) -> None:
    """A row the database will not take (a public id used before) fails its own command, not its hundred neighbours."""
    taken = await shop.place(public_id="taken")
    good = [shop.order("wallet", 1_00) for _ in range(100)]
    bad = [shop.order("wallet", 1_00, public_id="taken"), shop.order("free", -5)]
    commands = [*good[:50], bad[0], *good[50:], bad[1]]
    answers = await gathered(*(shop.engine.submit(command) for command in commands))
    broken = [index for index, answer in enumerate(answers) if isinstance(answer, BaseException)]
    assert broken == [50, 101]
    assert {type(answers[index]) for index in broken} == {Broken}
    assert await shop.count("orders") == 101
    assert (await shop.wallet()).available_sen == 100_000_00 - 100 * 1_00
    assert await shop.events(taken) == ["order.placed"]
    assert await check(shop.engine, shop.merchant_id) == []


async def test_a_value_no_column_holds_fails_its_own_command(shop: Shop) -> None:
    """More than 64 bits, which no door lets through: found while packing, before anything is sent. Its neighbours are
    written, both lanes go on, and nothing of it is left."""
    for _ in range(4):
        commands = [shop.order("free", 1_00), shop.order("free", 2**64), shop.order("free", 1_00)]
        answers = await asyncio.wait_for(gathered(*(shop.engine.submit(command) for command in commands)), 10)
        assert [isinstance(answer, Broken) for answer in answers] == [False, True, False]
    assert await shop.count("orders") == 8
    assert await check(shop.engine, shop.merchant_id) == []


async def test_a_full_queue_is_busy_at_once(dsn: str) -> None:
    """Beyond the limit a command is refused without waiting; those accepted are all done."""
    async with another_engine(dsn, queue_limit=10, batch_limit=4) as engine:
        shop = await open_shop(engine)
        answers = await gathered(*(shop.place() for _ in range(25)))
        refused = [answer for answer in answers if isinstance(answer, Refusal)]
        assert [type(answer) for answer in refused] == [Busy] * 15
        assert refused[0].retryable
        assert await shop.count("orders") == 10


async def test_a_command_past_its_deadline_is_refused_and_never_run(dsn: str) -> None:
    """The writer was held up: what it could not do in time is busy, waiting or begun, and is not done later either."""
    async with another_engine(dsn, deadline_s=0.2, lanes=1) as engine:
        shop = await open_shop(engine, money_sen=10_00)
        async with engine.connection() as connection, connection.transaction():
            await connection.execute("SELECT FROM accounts WHERE account_id = %s FOR UPDATE", (shop.account_id,))
            held_up = asyncio.create_task(shop.place("wallet", 1_00))
            await asyncio.sleep(0.05)
            late = [asyncio.create_task(shop.place("wallet", 1_00)) for _ in range(5)]
            await asyncio.sleep(0.4)
        assert [type(answer) for answer in await gathered(held_up, *late)] == [Busy] * 6
        await shop.place("wallet", 1_00)
        assert await shop.count("orders") == 1
        assert (await shop.wallet()).available_sen == 9_00


async def test_a_caller_that_stops_waiting_does_not_stop_its_command(shop: Shop) -> None:
    """A client that hangs up: the order is placed all the same, whole."""
    task = asyncio.create_task(shop.place("wallet", 1_00))
    await asyncio.sleep(0)
    task.cancel()
    assert await gathered(task) != []
    await shop.place("wallet", 1_00)
    assert await shop.count("orders") == 2
    assert await check(shop.engine, shop.merchant_id) == []


async def test_a_stopping_engine_finishes_what_it_accepted(dsn: str) -> None:
    """Everything queued is written before the engine is gone; what comes afterwards is busy."""
    async with another_engine(dsn, batch_limit=8) as engine:
        shop = await open_shop(engine)
        waiting = [asyncio.create_task(shop.place()) for _ in range(60)]
        await asyncio.sleep(0)
    answers = await asyncio.gather(*waiting)
    assert len({answer.view.order.order_id for answer in answers}) == 60
    with pytest.raises(Busy):
        await shop.place()


async def test_lost_connections_lose_no_acknowledged_order(dsn: str) -> None:
    """The writer's connection is killed again and again under load. Every acknowledged order exists, once; every order
    that was not acknowledged can be sent again under its key and then exists once, too."""
    async with another_engine(dsn, batch_limit=16) as engine, another_engine(dsn) as watcher:
        shop = await open_shop(engine, money_sen=1_000_000_00)
        acknowledged: dict[str, int] = {}
        finished = asyncio.Event()

        async def kill() -> None:
            while not finished.is_set():
                await asyncio.sleep(0.05)
                await _kill_writer(watcher, engine)

        async def client(number: int) -> None:
            for order in range(20):
                key = key_of(f"{number}-{order}")
                while True:
                    try:
                        outcome = await engine.submit(shop.order("wallet", 1_00), key)
                    except (Broken, Busy):
                        continue
                    assert key.key not in acknowledged
                    acknowledged[key.key] = outcome.answer.view.order.order_id
                    break

        killer = asyncio.create_task(kill())
        await asyncio.gather(*(client(number) for number in range(20)))
        finished.set()
        await killer
        assert len(acknowledged) == len(set(acknowledged.values())) == 400
        stored = await shop.rows("SELECT order_id FROM orders WHERE merchant_id = %s")
        assert {order_id for (order_id,) in stored} == set(acknowledged.values())
        assert (await shop.wallet()).available_sen == 1_000_000_00 - 400 * 1_00
        assert await check(watcher, shop.merchant_id) == []


async def test_an_idle_connection_that_broke_is_replaced_unnoticed(dsn: str) -> None:
    """The database was restarted while nobody ordered: the next order is placed as if nothing had been."""
    async with another_engine(dsn) as engine, another_engine(dsn) as watcher:
        shop = await open_shop(engine)
        await shop.place()
        for _ in range(3):
            await _kill_writer(watcher, engine)
            await shop.place()
        assert await shop.count("orders") == 4


async def test_without_a_database_the_engine_is_busy_and_recovers(dsn: str) -> None:
    """Nothing was begun, so nothing is unknown: the answer is busy, and once the database is back orders are placed."""
    async with another_engine(dsn) as engine, another_engine(dsn) as watcher:
        shop = await open_shop(engine)
        await shop.place()
        connect = engine.writer.connect

        async def nobody_there() -> AsyncConnection:
            raise OperationalError("connection refused")

        _connect_by(engine, nobody_there)
        await _kill_writer(watcher, engine)
        assert [type(answer) for answer in await gathered(shop.place(), shop.place())] == [Busy, Busy]
        _connect_by(engine, connect)
        await shop.place()
        assert await shop.count("orders") == 2


def _connect_by(engine: Engine, connect: Callable[[], Awaitable[AsyncConnection]]) -> None:
    for lane in engine.writer._lanes:
        lane.connect = connect


async def _kill_writer(watcher: Engine, victim: Engine) -> None:
    async with watcher.connection() as other:
        for lane in victim.writer._lanes:
            if (connection := lane._connection) is not None and not connection.closed:
                await other.execute("SELECT pg_terminate_backend(%s)", (connection.info.backend_pid,))


async def test_one_lane_goes_on_while_the_other_waits(dsn: str) -> None:
    """A batch that waits for a row somebody else has locked holds up no order that does not need it."""
    async with another_engine(dsn) as engine:
        shop, other = await open_shop(engine, money_sen=10_00), await open_shop(engine)
        async with engine.connection() as connection, connection.transaction():
            await connection.execute("SELECT FROM accounts WHERE account_id = %s FOR UPDATE", (shop.account_id,))
            held_up = asyncio.create_task(shop.place("wallet", 1_00))
            await asyncio.sleep(0.05)
            for _ in range(3):
                await asyncio.wait_for(other.place(), 5)
            assert not held_up.done()
        assert (await held_up).available_after_sen == 9_00


async def test_a_repeat_waits_for_its_rival_in_the_other_lane(dsn: str) -> None:
    """The same key again while the first is being written: it is not begun until that is done, gets its answer, and
    nothing has to run twice."""
    async with another_engine(dsn) as engine:
        shop = await open_shop(engine, money_sen=10_00)
        key = key_of("same")
        async with engine.connection() as connection, connection.transaction():
            await connection.execute("SELECT FROM accounts WHERE account_id = %s FOR UPDATE", (shop.account_id,))
            first = asyncio.create_task(engine.submit(shop.order("wallet", 1_00), key))
            await asyncio.sleep(0.05)
            again = [asyncio.create_task(engine.submit(shop.order("wallet", 1_00), key)) for _ in range(5)]
            await asyncio.sleep(0.1)
            assert engine.writer.queue_length == 5
        assert not (await first).replayed
        assert [(await repeat).replayed for repeat in again] == [True] * 5
        assert engine.writer.figures.alone == 0
        assert await shop.count("orders") == 1


async def test_a_lane_that_breaks_is_replaced(dsn: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A fault in a lane itself: whoever waits for its batch gets an answer, the writer runs again, and what waited is
    carried out."""
    async with another_engine(dsn) as engine:
        shop = await open_shop(engine)
        settle, broken = batch_run._settle, 0

        async def breaking(lane: Lane, batch: list[Waiting], lock_wait_ms: int) -> list[Waiting]:
            nonlocal broken
            if not broken:
                broken += 1
                raise ZeroDivisionError
            return await settle(lane, batch, lock_wait_ms)

        monkeypatch.setattr(batch_run, "_settle", breaking)
        async with asyncio.timeout(30):
            with pytest.raises(Broken):
                await shop.place()
            placed = await shop.place()
        state = engine.supervisor.states["writer"]
        assert (state.restarts, state.failures, engine.supervisor.gave_up.is_set()) == (1, 1, False)
        assert await shop.count("orders") == 1
        assert placed.view.order.status == "pending"
