"""A top-up, its gateway, its member and a person, in any order: the wallet has what was paid once, or nothing."""

from __future__ import annotations

import asyncio
import contextlib
from dataclasses import replace
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gateway_kit import PRICE, gateway_shop
from gerai.domain.records import Deposit
from gerai.domain.refusals import MethodUnavailable, PartnerUnavailable, StateConflict
from gerai.engine.arrivals.target import target_of
from gerai.engine.check import check
from gerai.engine.core import Engine
from gerai.engine.deposits.record import RecordDeposit
from gerai.engine.deposits.resolve_late import ResolveLateDeposit
from gerai.engine.gateways.desk import seen_of
from gerai.engine.gateways.follow import end
from gerai.engine.merchants.open import change_settings
from gerai.kit.http import Unanswered, Unreachable
from gerai.ports.gateways import GatewayRefused, OutcomeUnknown, Seen
from top_up_kit import TopUps, top_ups

STARTS = st.sampled_from(["answered", "lost", "refused", "unreachable", "crash before", "crash after"])
STEPS = st.lists(
    st.sampled_from(
        [
            "look", "look", "look at once", "pays", "pays", "pays less", "notice paid", "notice early",
            "notice expired", "notice refunded", "cancel", "end there", "time over", "silent", "confirm", "resolve",
        ]
    ),
    min_size=1,
    max_size=12,
)  # fmt: skip
_FAULTS: dict[str, tuple[Exception, bool]] = {
    "lost": (OutcomeUnknown("TimeoutError"), True),
    "refused": (GatewayRefused("402", "no"), False),
    "unreachable": (Unreachable("ConnectError"), False),
}


async def start(ani: TopUps, how: str) -> Deposit:
    """A top-up whose start went so."""
    shop, toy = ani.shop, ani.shop.toy
    deposit = await ani.stored()
    if how == "crash before":
        return deposit
    if how in _FAULTS:
        toy.fails, toy.made = _FAULTS[how]
        toy.hidden = True
    with contextlib.suppress(MethodUnavailable, PartnerUnavailable):
        if how == "crash after":
            toy.payments[deposit.public_id] = Seen("waiting", f"toy-{deposit.public_id}")
        else:
            await shop.desk.deposit_started(deposit)
    toy.fails, toy.made, toy.hidden = None, True, False
    return deposit


async def take(ani: TopUps, deposit: Deposit, step: str) -> None:
    """One step of the walk."""
    shop, code = ani.shop, deposit.public_id
    there = shop.toy.payments.get(code)
    by_person: Any = None
    match step:
        case "look":
            await shop.look(deposit)
        case "look at once":
            await asyncio.gather(*(shop.look(deposit) for _ in range(3)))
        case "pays" | "pays less" if there is not None and there.status in ("waiting", "expired"):
            shop.toy.pays(deposit, paid_sen=PRICE - (100 if step == "pays less" else 0))
        case "notice paid" if there is not None and there.status == "paid":
            await asyncio.gather(*(shop.engine.submit(seen_of(deposit, there)) for _ in range(2)))
        case "notice early" if there is not None:
            await shop.engine.submit(seen_of(deposit, replace(there, status="waiting", paid_sen=None)))
        case "notice expired" if there is not None:
            await shop.engine.submit(seen_of(deposit, Seen("expired", there.reference)))
        case "notice refunded" if there is not None and there.status == "paid":
            await shop.engine.submit(seen_of(deposit, replace(there, status="refunded", refunded_sen=PRICE)))
        case "cancel":
            with contextlib.suppress(StateConflict):
                await ani.cancelled(deposit)
        case "end there" if there is not None:
            await end(shop.engine, shop.desk, shop.merchant_id, target_of(deposit))
        case "time over":
            await ani.ends(deposit)
        case "silent":
            shop.toy.fails = Unanswered("TimeoutError")
            await shop.look(deposit)
            shop.toy.fails = None
        case "confirm":
            by_person = RecordDeposit(**ani.names(deposit), outcome="paid", by="t")
        case "resolve":
            by_person = ResolveLateDeposit(**ani.names(deposit), decision="accept")
        case _:
            return
    if by_person is not None:
        with contextlib.suppress(StateConflict):
            await shop.engine.submit(by_person)


async def assert_credited_once(engine: Engine, rule: str, how: str, steps: list[str]) -> None:
    shop = await gateway_shop(engine)
    async with shop.desk:
        await change_settings(engine, shop.merchant_id, {"late_payment": rule})
        await walked(await top_ups(shop), rule, how, steps)
    assert await check(engine, shop.merchant_id) == []


async def walked(ani: TopUps, rule: str, how: str, steps: list[str]) -> None:
    """Start so, take these steps, and look at the wallet after each."""
    shop = ani.shop
    deposit = await start(ani, how)
    credited = False
    for number, step in enumerate(steps, 1):
        before = await ani.now(deposit)
        await take(ani, deposit, step)
        status, balance = await ani.stands(deposit)
        assert balance == ((await ani.now(deposit)).amount_sen if status == "succeeded" else 0)
        # What was credited stays so.
        assert not credited or status == "succeeded"
        credited = status == "succeeded"
        there = shop.toy.payments.get(deposit.public_id)
        came_sen = None if there is None else there.paid_sen
        if credited and before.status != "succeeded":
            # Nothing is credited but what came, another amount by a person's word alone, or what a person said came.
            confirmed = "confirm" in steps[:number] and balance == PRICE
            assert confirmed or (balance == came_sen and (came_sen == PRICE or step == "resolve"))
    there = shop.toy.payments.get(deposit.public_id)
    if there is not None and there.status == "paid" and there.paid_sen == PRICE:
        # Nothing that came is lost: the next report is enough.
        await shop.engine.submit(seen_of(deposit, there))
        status, balance = await ani.stands(deposit)
        assert (status, balance) in (("succeeded", PRICE), ("late", 0))
        assert status == "succeeded" or rule == "hold"


def test_whatever_happens(dsn: str) -> None:
    """However it was started and whatever is seen, said and done: credited at most once, by the right amount, or by a
    person's word with what came; never taken back; and money that came is credited, or waits for a person."""
    with asyncio.Runner() as runner:
        engine = Engine(dsn, reads_pool_size=4)
        runner.run(engine.start())

        @settings(max_examples=80, suppress_health_check=list(HealthCheck))
        @given(st.sampled_from(["accept", "hold"]), STARTS, STEPS)
        def walk(rule: str, how: str, steps: list[str]) -> None:
            runner.run(assert_credited_once(engine, rule, how, steps))

        try:
            walk()
        finally:
            runner.run(engine.stop())
