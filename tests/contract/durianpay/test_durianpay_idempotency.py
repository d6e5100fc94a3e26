"""Creating an order twice under one idempotency key (contract README, design §6)."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from durianpay_shop import Shop, order_body

from gerai.domain.filters import Scope
from gerai.engine.payments.record import RecordPayment


@pytest.mark.parametrize("header", ["Idempotency-Key", "X-Idempotency-Key", "idempotency_key"])
async def test_the_same_create_twice_at_once(shop: Shop, header: str) -> None:
    """Twenty at once under one key: one order, one customer, the same answer to all, marked as replayed but once."""
    options: dict[str, Any] = {"headers": {header: "create-1"}}
    answers = await asyncio.gather(*(shop.ask("POST", "/orders", order_body(), **options) for _ in range(20)))
    assert {answer.status_code for answer in answers} == {200}
    assert len({answer.text for answer in answers}) == 1
    assert sorted(answer.headers.get("idempotency-replayed", "") for answer in answers) == [""] + ["true"] * 19
    rows = await shop.rows()
    assert (rows["orders"], rows["invoices"], rows["members"]) == (1, 1, 1)


async def test_a_key_reused_for_another_order(shop: Shop) -> None:
    """422 in this door's envelope; the other mode has keys of its own; a refused attempt uses none up."""
    options: dict[str, Any] = {"headers": {"Idempotency-Key": "k"}}
    refused = await shop.ask("POST", "/orders", order_body(amount="x"), **options)
    first = await shop.ask("POST", "/orders", order_body(), **options)
    other = await shop.ask("POST", "/orders", order_body(amount="5"), **options)
    live = await shop.other_environment().ask("POST", "/orders", order_body(amount="5"), **options)
    assert [r.status_code for r in (refused, first, other, live)] == [400, 200, 422, 200]
    assert other.json()["error_code"] == "DPAY_IDEMPOTENCY_KEY_REUSED"
    assert (await shop.rows())["orders"] == 2


async def test_the_replay_is_the_same_body_in_other_words(shop: Shop) -> None:
    """The fingerprint is of what was decoded: other case, other order, absent fields as empty strings."""
    options: dict[str, Any] = {"headers": {"Idempotency-Key": "k"}}
    first = {"amount": "20000", "currency": "IDR", "customer": {"email": "a@b.id"}}
    again = {"Customer": {"Email": "a@b.id", "mobile": ""}, "currency": "idr", "amount": 20000, "items": None}
    one = await shop.ask("POST", "/orders", first, **options)
    two = await shop.ask("POST", "/orders", again, **options)
    assert one.text == two.text
    assert two.headers["idempotency-replayed"] == "true"


async def test_a_replay_shows_the_order_and_the_payment_as_they_are_now(shop: Shop) -> None:
    """Paid in between: the same order and payment, completed; nothing is made twice, and a replay wins over today's
    refusals (a paid order takes no charge any more)."""
    options: dict[str, Any] = {"headers": {"Idempotency-Key": "k"}}
    order = (await shop.ask("POST", "/orders", order_body(), **options)).json()["data"]
    request = {"order_id": order["id"], "amount": order["amount"], "wallet_type": "DANA", "mobile": "0812345678"}
    charge = {"type": "EWALLET", "request": request}
    first = (await shop.ask("POST", "/payments/charge", charge, **options)).json()["data"]["response"]
    assert first["status"] == "processing"
    view = await shop.engine.orders.by_public_id(Scope(shop.merchant_id, "sandbox", "durianpay"), order["id"])
    assert view is not None
    paid = RecordPayment(
        merchant_id=shop.merchant_id,
        environment="sandbox",
        order_id=view.order.order_id,
        payment_id=view.payments[0].payment_id,
        outcome="paid",
    )
    await shop.engine.submit(paid)
    again = await shop.ask("POST", "/orders", order_body(), **options)
    charged = await shop.ask("POST", "/payments/charge", charge, **options)
    assert (again.json()["data"]["id"], again.json()["data"]["status"]) == (order["id"], "completed")
    assert first["checkout_url"]
    assert charged.json()["data"]["response"] == first | {"status": "completed", "checkout_url": ""}
    assert [r.headers["idempotency-replayed"] for r in (again, charged)] == ["true", "true"]
    rows = await shop.rows()
    assert (rows["orders"], rows["payments"]) == (1, 1)


@pytest.mark.parametrize("kind", ["VA", "RETAILSTORE", "EWALLET", "ONLINE_BANKING", "CARD"])
async def test_a_replayed_charge_shows_what_was_paid(shop: Shop, kind: str) -> None:
    """Of every type: ``paid_amount`` of a replay is the one that the payment's own page shows by now."""
    order = await shop.order()
    request = {"order_id": order["id"], "amount": order["amount"], "bank_code": "BCA" if kind == "VA" else "ALFAMART"}
    request |= {"name": "Jane Doe", "mobile": "08123456789", "wallet_type": "DANA", "type": "JENIUSPAY"}
    options: dict[str, Any] = {"headers": {"Idempotency-Key": "k"}}
    body = {"type": kind, "request": request}
    first = await shop.ask("POST", "/payments/charge", body, **options)
    assert first.status_code == 200, first.text
    view = await shop.engine.orders.by_public_id(Scope(shop.merchant_id, "sandbox", "durianpay"), order["id"])
    assert view is not None
    await shop.engine.submit(
        RecordPayment(
            merchant_id=shop.merchant_id,
            environment="sandbox",
            order_id=view.order.order_id,
            payment_id=view.payments[0].payment_id,
            outcome="paid",
        )
    )
    again = (await shop.ask("POST", "/payments/charge", body, **options)).json()["data"]["response"]
    read = (await shop.ask("GET", f"/payments/{again['payment_id']}")).json()["data"]
    assert read["status"] == "completed"
    assert again["paid_amount"] == read["paid_amount"] == order["amount"]
    # Paid: nothing is left in it that somebody could pay to once more.
    told = view.payments[0].instructions
    for way in filter(None, (told.get("code"), told.get("qr_text"), told.get("url"))):
        assert way not in str(again)
