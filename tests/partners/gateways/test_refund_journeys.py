"""Refunds through each gateway that gives back, against its stand-in: from the decision to the booked transfer."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from typing import Any

import pytest
import pytest_asyncio
from refund_kit import HALF, NAMES, Place, given_back, job, paid, refunded, shop_at

from gateway_kit import GatewayShop
from gerai.engine.core import Engine


@pytest_asyncio.fixture(params=NAMES)
async def at(request: pytest.FixtureRequest, engine: Engine) -> AsyncGenerator[tuple[Place, GatewayShop]]:
    async with shop_at(engine, request.param) as found:
        yield found


async def test_two_parts_go_back_once_each(at: tuple[Place, GatewayShop]) -> None:
    """Each part is asked for by a key of its own, and is booked when the gateway has it done; run again it is not asked
    for again. A look at the payment afterwards finds nothing that is not known here."""
    place, shop = at
    payment = await paid(place, shop)
    for _ in range(2):
        task = await refunded(shop, payment, HALF)
        if task.status == "sending":
            # Xendit's waits for its bank.
            [waits] = [one["id"] for one in place.fake.refunds.values() if one["status"] == "PENDING"]
            await place.post(f"/_bank/{waits}/succeed")
            task = await job(shop, task)
        assert (task.status, task.ended_by, task.fault) == ("done", place.gateway.title, "")
        assert task.reference
        await job(shop, task)
    assert given_back(place) == [HALF // 100] * 2
    await shop.look(payment)
    assert (await shop.attempt(payment)).fault == ""


async def test_what_is_denied_is_a_persons(at: tuple[Place, GatewayShop]) -> None:
    """The gateway will not: its word for why stands with the task, and nothing is booked as sent."""
    place, shop = at
    payment = await paid(place, shop)
    switches: dict[str, Any] = {
        "midtrans": {"denied_refund": True}, "xendit": {"denied_refund": "INSUFFICIENT_BALANCE"},
        "durianpay": {"refund_denied": True},
    }  # fmt: skip
    await place.post("/_switch", **switches[place.gateway.name])
    task = await refunded(shop, payment, HALF)
    assert (task.status, task.denials) == ("open", 1)
    assert task.fault.startswith(f"{place.gateway.title}: ")
    # Midtrans' number alone says nothing: its sentence is kept, too.
    assert (place.gateway.name != "midtrans") or task.fault == "Midtrans: 202 Refund denied by the bank"
    [listed] = await shop.engine.payments.waiting(shop.merchant_id)
    assert (listed.why, listed.amount_sen) == ("to send", HALF)
