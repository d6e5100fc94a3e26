"""Asking a provider and recording its answer: every way it can go, and none that loses money or does work twice."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import pytest
from psycopg.rows import scalar_row
from structlog.testing import capture_logs

from gerai.domain.records import OrderView
from gerai.engine.core import Engine
from gerai.engine.fulfilment.carry_out import GIVE_UP_AFTER, UNREACHABLE, carry_out, follow_up, work_of
from gerai.engine.fulfilment.finish import FinishOrder
from gerai.engine.orders.cancel import CancelOrder
from gerai.engine.orders.lines import NewLine
from gerai.engine.orders.place import PlaceOrder
from gerai.ports.fulfilment import AnswerUnknown, ProviderUnreachable, WorkAnswer, WorkRequest
from gerai.worker.fulfil import fulfil

DONE = WorkAnswer("done", 2, 0, "ref-1", {"ok": True})
PARTLY = WorkAnswer("done", 1, 1, "ref-1", None, "one failed")
PENDING = WorkAnswer("pending", 0, 0, "ref-1", None)
LATE = "fulfilment.late"
Step = WorkAnswer | Exception | float


class Script:
    """A provider that does what it is told, step by step; a number means: hang that many seconds."""

    name = "script"
    automatic = True
    simulated = False

    def __init__(self, *steps: Step) -> None:
        self.steps = list(steps)
        self.calls: list[str] = []
        self.requests: list[WorkRequest] = []
        self.called = asyncio.Event()

    async def fulfil(self, request: WorkRequest) -> WorkAnswer:
        return await self._next("fulfil", request)

    async def inquire(self, request: WorkRequest) -> WorkAnswer:
        return await self._next("inquire", request)

    async def _next(self, call: str, request: WorkRequest) -> WorkAnswer:
        self.calls.append(call)
        self.requests.append(request)
        self.called.set()
        step = self.steps.pop(0)
        if isinstance(step, float):
            await asyncio.sleep(step)
            raise AssertionError("nobody waits that long")
        if isinstance(step, Exception):
            raise step
        return step


Place = Callable[..., Any]


@pytest.fixture
def place(engine: Engine, merchant: Any) -> Place:
    """Place a held order of two items at Rp1.500 by a new member with Rp10.000."""

    async def placed(*, asked: bool = True, resume_after_s: float | None = 20.0) -> OrderView:
        member = await merchant.member("test", 1_000_000)
        order_id = engine.ids.next()
        line = NewLine("service", 1, "Cek", 2, 150_000, 300_000)
        command = PlaceOrder(
            merchant_id=merchant.merchant_id,
            environment="production",
            channel="test",
            key_id=None,
            member_id=member.member_id,
            account_id=member.wallets["production"],
            order_id=order_id,
            public_id=str(order_id),
            number=str(order_id),
            secret=str(order_id),
            lines=(line,),
            total_sen=300_000,
            funding="hold",
            provider="script",
            work=work_of("cek", ["a", "b"], {"imeis": ["a", "b"]}, {"speed": 1}, asked=asked),
            resume_after_s=resume_after_s,
        )
        return (await engine.submit(command)).answer.view

    return placed


async def available(engine: Engine, view: OrderView) -> tuple[int, int]:
    """(available, held) sen of the order's wallet."""
    account = await engine.wallets.balance(view.order.merchant_id, view.order.account_id)
    return account.available_sen, account.debits_pending


async def again(engine: Engine, view: OrderView) -> OrderView:
    """The order as it stands now."""
    found = await engine.orders.by_id(view.order.merchant_id, view.order.order_id)
    assert found is not None
    return found


async def jobs_of(engine: Engine, view: OrderView) -> int:
    """How many jobs wait for this order."""
    async with engine.connection() as connection:
        cursor = connection.cursor(row_factory=scalar_row)
        await cursor.execute(
            "SELECT count(*) FROM procrastinate_jobs WHERE task_name = 'gerai.fulfil' AND args @> %s::jsonb",
            (f'{{"order_id": {view.order.order_id}}}',),
        )
        return await cursor.fetchone() or 0


async def test_an_answer_in_time_settles_the_order(engine: Engine, place: Place) -> None:
    """The provider sees the order's work under one stable id; the answer captures the hold; nothing is asked again."""
    view = await place()
    provider = Script(DONE)
    done = await carry_out(engine, provider, view, 1)
    assert (done.view.order.status, done.available_sen) == ("completed", 700_000)
    assert provider.requests == [
        WorkRequest(
            f"{view.order.merchant_id}-{view.order.order_id}", "cek", ["a", "b"], {"imeis": ["a", "b"]}, {"speed": 1}
        )
    ]
    await fulfil(engine, {"script": provider}, view.order.merchant_id, view.order.order_id)
    assert provider.calls == ["fulfil"]


async def test_what_was_not_reached_is_asked_anew_and_what_is_pending_is_inquired(engine: Engine, place: Place) -> None:
    """Inside the deadline: unreachable → fulfil again; pending → inquire until done."""
    provider = Script(ProviderUnreachable(), PENDING, PENDING, PARTLY)
    done = await carry_out(engine, provider, await place(), 5)
    assert provider.calls == ["fulfil", "fulfil", "inquire", "inquire"]
    assert (done.view.order.status, done.view.order.charged_sen, done.available_sen) == ("partial", 150_000, 850_000)


@pytest.mark.parametrize(
    "step", [AnswerUnknown(), 30.0, RuntimeError("a bug of the provider's"), WorkAnswer("done", 3, 0, None, None)]
)
async def test_no_usable_answer_is_unknown_never_failed(engine: Engine, place: Place, step: Step) -> None:
    """Lost, too late, broken or miscounted: the order stays open, the money held, and only inquire is called from then
    on, until the truth is known."""
    view = await place()
    provider = Script(step, AnswerUnknown(), DONE)
    open_still = (await carry_out(engine, provider, view, 0.2)).view
    assert open_still.fulfilment is not None
    assert (open_still.order.status, open_still.fulfilment.status) == ("processing", "unknown")
    assert await available(engine, view) == (700_000, 300_000)
    await follow_up(engine, provider, open_still, 1)
    assert await available(engine, view) == (700_000, 300_000)
    done = await follow_up(engine, provider, await again(engine, view), 1)
    assert provider.calls == ["fulfil", "inquire", "inquire"]
    assert (done.view.order.status, done.available_sen) == ("completed", 700_000)


async def test_each_open_question_defers_the_next_job_with_its_record(engine: Engine, place: Place) -> None:
    """The order's own job, then one more for each answer that decided nothing; none after the last."""
    view = await place()
    assert await jobs_of(engine, view) == 1
    provider = Script(PENDING, AnswerUnknown(), DONE)
    for expected in (2, 3, 3):
        await follow_up(engine, provider, await again(engine, view), 1)
        assert await jobs_of(engine, view) == expected


async def test_asked_beside_its_turn_only_a_result_counts(engine: Engine, place: Place) -> None:
    """However often somebody asks while nothing is certain: the order, its attempts and its jobs are as they were. A
    result is recorded as any other."""
    view = await place()
    open_answers = [PENDING, AnswerUnknown(), ProviderUnreachable()] * GIVE_UP_AFTER
    provider, of = Script(*open_answers, DONE), (view.order.merchant_id, view.order.order_id)
    for _ in range(3 * GIVE_UP_AFTER):
        await fulfil(engine, {"script": provider}, *of, beside=True)
    after = await again(engine, view)
    assert (after.order, after.fulfilment) == (view.order, view.fulfilment)
    assert await jobs_of(engine, view) == 1
    await fulfil(engine, {"script": provider}, *of, beside=True)
    assert (await again(engine, view)).order.status == "completed"
    assert await available(engine, view) == (700_000, 0)
    assert provider.steps == []
    assert set(provider.calls) == {"inquire"}


async def test_asked_while_the_work_is_being_ordered_it_is_not_ordered_again(engine: Engine, place: Place) -> None:
    """Whoever placed the order is still in the provider's call, of which the provider knows nothing yet: somebody who
    wants to know only inquires. Nor is work ordered so that nobody has asked for."""
    view, unasked = await place(), await place(asked=False)
    provider, of = Script(30.0, ProviderUnreachable()), (view.order.merchant_id, view.order.order_id)
    placing = asyncio.create_task(carry_out(engine, provider, view, 60))
    await provider.called.wait()
    await fulfil(engine, {"script": provider}, *of, beside=True)
    await fulfil(engine, {"script": provider}, unasked.order.merchant_id, unasked.order.order_id, beside=True)
    placing.cancel()
    await asyncio.gather(placing, return_exceptions=True)
    assert provider.calls == ["fulfil", "inquire"]
    for one in (view, unasked):
        assert (await again(engine, one)).fulfilment == one.fulfilment
        assert await jobs_of(engine, one) == 1


async def test_a_crash_after_placing_is_found_by_inquiring(engine: Engine, place: Place) -> None:
    """Whoever placed the order died, perhaps after the call: the worker inquires first. A request that never arrived
    is made then, under the same id."""
    view = await place()
    provider = Script(ProviderUnreachable(), DONE)
    await fulfil(engine, {"script": provider}, view.order.merchant_id, view.order.order_id)
    assert provider.calls == ["inquire", "fulfil"]
    assert len({request.request_id for request in provider.requests}) == 1
    assert (await again(engine, view)).order.status == "completed"


async def test_work_nobody_asked_for_yet_is_asked_for_once(engine: Engine, place: Place) -> None:
    """The worker's first turn counts the attempt before it calls; when it dies in the call, the next turn inquires."""
    view = await place(asked=False)
    provider = Script(30.0, DONE)
    dying = asyncio.create_task(fulfil(engine, {"script": provider}, view.order.merchant_id, view.order.order_id))
    await provider.called.wait()
    dying.cancel()
    await asyncio.gather(dying, return_exceptions=True)
    await fulfil(engine, {"script": provider}, view.order.merchant_id, view.order.order_id)
    assert provider.calls == ["fulfil", "inquire"]
    assert (await again(engine, view)).order.status == "completed"


async def test_two_workers_with_the_same_answer_change_it_once(engine: Engine, place: Place) -> None:
    """The second record meets a final order and returns it; one capture only."""
    view = await place()
    provider = Script(PARTLY, PARTLY)
    answers = await asyncio.gather(*(follow_up(engine, provider, view, 1) for _ in range(2)))
    assert [answer.view.order.status for answer in answers] == ["partial", "partial"]
    transfers = await engine.wallets.of_order(view.order.merchant_id, view.order.order_id)
    assert [(t.phase, t.amount_sen) for t in transfers] == [("pending", 300_000), ("post", 150_000)]
    assert await available(engine, view) == (850_000, 0)


async def test_an_order_that_ended_meanwhile_is_not_handed_over(engine: Engine, place: Place) -> None:
    """Cancelled between the worker's look and its turn: the money is back, so the provider is never called."""
    view = await place(asked=False)
    order = view.order
    await engine.submit(
        CancelOrder(merchant_id=order.merchant_id, environment=order.environment, order_id=order.order_id)
    )
    provider = Script(DONE)
    found = await follow_up(engine, provider, view, 1)
    assert (found.view.order.status, provider.calls) == ("cancelled", [])
    assert await available(engine, view) == (1_000_000, 0)


async def test_a_result_that_comes_after_a_person_finished_is_kept(engine: Engine, place: Place) -> None:
    """The call is under way while somebody fails the order: its money returns by that, and what the provider did is
    recorded with the order and in the log."""
    view = await place()
    order = view.order

    class Slow(Script):
        async def fulfil(self, request: WorkRequest) -> WorkAnswer:
            await engine.submit(
                FinishOrder(
                    merchant_id=order.merchant_id, environment=order.environment, order_id=order.order_id,
                    by="sari", failed=2,
                )
            )  # fmt: skip
            return await super().fulfil(request)

    with capture_logs() as logs:
        found = await carry_out(engine, Slow(DONE), view, 5)
    assert (found.view.order.status, found.available_sen) == ("failed", None)
    assert await available(engine, view) == (1_000_000, 0)
    [late] = [e for e in await engine.events.of_orders(order.merchant_id, [order.order_id]) if e.name == LATE]
    assert (late.facts["succeeded"], late.facts["failed"], late.facts["result"]) == (2, 0, {"ok": True})
    assert [entry["log_level"] for entry in logs if entry["event"] == "fulfilment.late_result"] == ["error"]


async def test_what_can_never_be_delivered_fails_and_returns_the_money(engine: Engine, place: Place) -> None:
    """Certainly never reached, again and again: failed with a reason, refunded in full."""
    view = await place()
    provider = Script(*[ProviderUnreachable()] * 2 * GIVE_UP_AFTER)
    for _ in range(GIVE_UP_AFTER):
        assert (await again(engine, view)).order.status == "processing"
        await fulfil(engine, {"script": provider}, view.order.merchant_id, view.order.order_id)
    given_up = await again(engine, view)
    assert given_up.fulfilment is not None
    assert (given_up.order.status, given_up.order.refunded_sen, given_up.fulfilment.error) == (
        "failed",
        300_000,
        UNREACHABLE,
    )
    assert await available(engine, view) == (1_000_000, 0)


async def test_a_lost_answer_among_unreachable_ones_is_never_given_up(engine: Engine, place: Place) -> None:
    """Once the work may have been done, no number of attempts makes it failed."""
    view = await place()
    provider = Script(*[AnswerUnknown()] * (GIVE_UP_AFTER + 3))
    for _ in range(GIVE_UP_AFTER + 3):
        await fulfil(engine, {"script": provider}, view.order.merchant_id, view.order.order_id)
    assert (await again(engine, view)).order.status == "processing"
    assert await available(engine, view) == (700_000, 300_000)


async def test_the_worker_leaves_alone_what_is_not_its_to_do(engine: Engine, place: Place, merchant: Any) -> None:
    """No such order, no such provider, a provider of people: nothing is called and nothing changes."""
    view = await place()
    manual = Script()
    manual.automatic = False
    await fulfil(engine, {"script": manual}, merchant.merchant_id, view.order.order_id)
    await fulfil(engine, {}, merchant.merchant_id, view.order.order_id)
    await fulfil(engine, {"script": manual}, merchant.merchant_id, 999_999_999_999)
    assert manual.calls == []
    after = await again(engine, view)
    assert (after.order, after.fulfilment) == (view.order, view.fulfilment)
