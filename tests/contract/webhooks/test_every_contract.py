"""Every door's webhook contract, whatever happened: it never raises, keeps to the events it names, and is pure."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import msgspec
import pytest
from webhook_kit import BASE_URL, SECRET, Shop, attempt, contract_of
from webhook_orders import GOOD, charge, place_cekceir, place_durianpay, place_leuwongrr, place_scalev

from gerai.app import DIALECTS
from gerai.domain.records import OrderView
from gerai.domain.states import FULFILMENT, INVOICE, ORDER, PAYMENT
from gerai.engine.orders.find import EventEntry
from gerai.engine.orders.payment_status import MOVES
from gerai.engine.payments.record import RecordPayment
from gerai.engine.payments.start import StartPayment
from gerai.engine.webhooks.contract import Occurrence, WebhookMessage

DOORS = [dialect.name for dialect in DIALECTS]
#: Only an order that says so of itself is announced as spam.
_NEEDS_ANOTHER_ORDER = {"scalev": {"order.spam_created"}}


async def placed(shop: Shop) -> OrderView:
    """A new order of the door, with two payments where the door has payments: one failed, one running."""
    match shop.door:
        case "cekceir":
            public_id = str((await place_cekceir(shop, 201, GOOD, code="unlock_manual")).json()["order_id"])
        case "durianpay":
            order = await place_durianpay(shop)
            public_id = order["id"]
            await charge(shop, order)
            await shop.do(
                RecordPayment,
                await shop.view(public_id),
                payment_id=(await shop.view(public_id)).payments[0].payment_id,
                outcome="failed",
                failure={"code": "20013", "message": "provider error"},
            )
            await charge(shop, order, "QRIS")
        case "scalev":
            public_id = (await place_scalev(shop, payment_method="qris"))["id"]
            view = await shop.view(public_id)
            instructions = {"kind": "qr", "qr_text": "00020101"}
            await shop.do(
                StartPayment, view, payment_id=shop.engine.ids.next(), public_id=f"pay_{view.order.order_id}",
                method="qris", channel_code="QRIS", amount_sen=view.order.total_sen, instructions=instructions,
            )  # fmt: skip
        case "leuwongrr":
            public_id = await place_leuwongrr(shop)
            await shop.do(RecordPayment, await shop.view(public_id), outcome="paid", method="va")
        case _:
            public_id = await place_example(shop)
    return await shop.view(public_id)


async def place_example(shop: Shop) -> str:
    """The order that the dialect's demo client places; its public id stands somewhere in the answer."""
    [of] = [dialect.demo for dialect in DIALECTS if dialect.name == shop.door and dialect.demo is not None]
    wanted = of.order(shop.demo, 201)
    answer = await shop.client.request(wanted.method, wanted.path, json=wanted.body, headers=wanted.headers)
    assert answer.is_success, answer.text
    named = re.findall(r"[\w-]+", answer.text)
    found = [one for one in named if await shop.engine.orders.by_public_id(shop.key.scope, one) is not None]
    return found[0]


def everything_that_can_happen(view: OrderView) -> Iterator[tuple[str, dict[str, Any]]]:
    """Every event name the engine has or might have, with the facts it comes with, and with none."""
    names = {f"order.{state}" for state in ORDER.states} | {"order.placed", "order.eaten", "order"}
    names |= {f"invoice.{word}" for word in (*INVOICE.states, *MOVES)}
    names |= {f"payment.{word}" for word in (*PAYMENT.states, "started", "credited", "refunded")}
    names |= {f"fulfilment.{word}" for word in (*FULFILMENT.states, "pending", "late")}
    names |= {"refund.due", "shipment.booked", "something.else.entirely", ""}
    payments = [payment.public_id for payment in view.payments]
    told = {"method": "va", "amount_sen": 2_000_000, "code": "1", "message": "é", "by": "Sari"}
    for name in sorted(names):
        yield name, {}
        if name.startswith("order."):
            was = sorted(ORDER.states)
            yield from ((name, {"status": name.removeprefix("order."), "was": state, "by": "Sari"}) for state in was)
            yield name, {"status": "pending"}
        for payment in (*payments, "pay_of-nobody"):
            yield name, {"payment": payment, **told}


def variants(view: OrderView) -> Iterator[OrderView]:
    """The order in every state, its payments in every state, without a member, an invoice or payments."""
    late = view.order.created_at + timedelta(days=400)
    for state in sorted(ORDER.states):
        order = msgspec.structs.replace(view.order, status=state, updated_at=late)
        yield msgspec.structs.replace(view, order=order)
    for state in sorted(PAYMENT.states):
        payments = tuple(msgspec.structs.replace(payment, status=state) for payment in view.payments)
        yield msgspec.structs.replace(view, payments=payments)
    yield msgspec.structs.replace(view, payments=(), invoice=None, member=None, fulfilment=None)


@pytest.mark.parametrize("door", DOORS)
async def test_whatever_happens(door: str, shops: dict[str, Shop]) -> None:
    """Every event with every order: no failure, only named events, data that survives being stored as JSON with its
    order of fields, and the same bytes from the same attempt."""
    shop = shops[door]
    contract, view = contract_of(door), await placed(shop)
    real = tuple(await shop.events(view))
    seen, asked = set[str](), 0

    for number, (variant, (name, facts)) in enumerate(
        itertools.product(variants(view), everything_that_can_happen(view)), 1
    ):
        event = EventEntry(real[-1].event_id + number, view.order.order_id, name, facts, view.order.created_at)
        occurrence = Occurrence(event, variant, (*real, event), shop.merchant, BASE_URL)
        for message in await contract.compose(shop.engine, occurrence):
            stored = msgspec.json.decode(msgspec.json.encode(message), type=WebhookMessage)
            assert stored == message, (name, facts)
            assert list(stored.data) == list(message.data)
            first, again = (contract.sign(stored, attempt(event, SECRET)) for _ in range(2))
            assert first == again
            assert stored == message
            assert msgspec.json.decode(first.body)
            assert all(value.isascii() and value.isprintable() for value in first.headers.values())
            seen.add(message.event)
        asked += 1

    assert asked > 3000
    assert seen == set(contract.events) - _NEEDS_ANOTHER_ORDER.get(door, set())


@pytest.mark.parametrize("door", DOORS)
def test_a_schedule_begins_at_once(door: str) -> None:
    """The first attempt is immediate, later ones wait; success is acknowledged and failure is not; a trial is signed
    with whatever secret there is."""
    contract = contract_of(door)
    assert contract.schedule_s[0] == 0
    assert all(wait_s > 0 for wait_s in contract.schedule_s[1:])
    assert contract.acknowledged(200)
    assert not any(contract.acknowledged(status) for status in (*range(100, 200), *range(300, 600)))
    assert len(set(contract.events)) == len(contract.events) > 0
    if contract.key_secret is not None:
        assert contract.key_secret("ab.cd.ef") in ("cd.ef", "ab.cd.ef")
