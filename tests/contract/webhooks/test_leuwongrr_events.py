"""LeuwongRR's webhooks, our extension: three fields and a signature over the raw body."""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import replace
from datetime import UTC, datetime

from webhook_kit import SECRET, Message, Shop, compact, contract_of, names
from webhook_orders import place_leuwongrr

from gerai.engine.fulfilment.record import RecordFulfilment
from gerai.engine.orders.cancel import CancelOrder
from gerai.engine.orders.expire import ExpireOrder
from gerai.engine.payments.record import RecordPayment
from gerai.engine.payments.refund import RefundPayment
from gerai.engine.webhooks.contract import DeliveryAttempt, WebhookMessage


def verify(message: Message, secret: str) -> bool:
    """As known receivers do it: over the bytes that came, with or without the prefix ``sha256=``."""
    right = hmac.new(secret.encode("utf-8"), message.signed.body, hashlib.sha256).hexdigest()
    return hmac.compare_digest(message.signed.headers["x-leuwongrr-signature"].removeprefix("sha256="), right)


async def paid_from_balance(shop: Shop) -> tuple[Shop, str]:
    """The shop with its production token, and an order paid from the member's balance."""
    token = shop.demo["production_token"]
    headers = {"Authorization": f"Bearer {token}", "X-Discord-User-ID": shop.demo["discord_user_id"]}
    production = replace(shop, token=token, headers=headers)
    return production, await place_leuwongrr(production, payment_method="balance")


def said(told: list[Message | str]) -> list[tuple[str, str]]:
    """(event, status) of every message."""
    return [(entry.name, entry.sent["status"]) for entry in told if isinstance(entry, Message)]


async def test_an_invoice_order_from_beginning_to_end(leuwongrr: Shop) -> None:
    """Created, paid, completed: to the byte, signed; work and processing are announced by nothing."""
    code = await place_leuwongrr(leuwongrr)
    await leuwongrr.do(RecordPayment, await leuwongrr.view(code), outcome="paid", method="va")
    await leuwongrr.do(RecordFulfilment, await leuwongrr.view(code), outcome="pending")
    await leuwongrr.do(RecordFulfilment, await leuwongrr.view(code), outcome="done", succeeded=1)

    told = await leuwongrr.told(code)

    assert names(told) == [
        "order.created",
        *("(payment.completed)", "order.paid", "(order.processing)"),
        *("(fulfilment.pending)", "(fulfilment.succeeded)", "order.completed"),
    ]
    messages = [entry for entry in told if isinstance(entry, Message)]
    assert [message.signed.body for message in messages] == [
        compact({"order_id": code, "amount_idr": 15000, "status": status})
        for status in ("pending", "paid", "completed")
    ]
    for message in messages:
        assert set(message.signed.headers) == {"Content-Type", "x-leuwongrr-signature"}
        assert message.signed.headers["Content-Type"] == "application/json"
        assert verify(message, SECRET)


async def test_paid_from_the_balance_and_impossible(leuwongrr: Shop) -> None:
    """Placing is paying: both are told at once. What cannot be delivered fails, and the money is back: refunded."""
    shop, code = await paid_from_balance(leuwongrr)
    await shop.do(RecordFulfilment, await shop.view(code), outcome="done", failed=1, error="gamepass hilang")

    told = await shop.told(code)

    assert said(told) == [
        ("order.created", "pending"),
        ("order.paid", "paid"),
        ("order.failed", "failed"),
        ("order.refunded", "refunded"),
    ]
    assert (await shop.ask("GET", f"/api/v1/me/invoices/{code}")).json()["data"]["invoice"][
        "payment_status"
    ] == "refunded"


async def test_only_the_last_refund_is_one(leuwongrr: Shop) -> None:
    """A part given back leaves the invoice paid, and says nothing; the rest makes it refunded, and ends the order that
    was being worked on. Composed again later, each still says what it said."""
    code = await place_leuwongrr(leuwongrr)
    view = await leuwongrr.do(RecordPayment, await leuwongrr.view(code), outcome="paid", method="va")
    for amount_sen in (500_000, 1_000_000):
        await leuwongrr.do(RefundPayment, view, payment_id=view.payments[0].payment_id, amount_sen=amount_sen)

    told = await leuwongrr.told(code)

    assert names(told)[-3:] == ["(payment.refunded)", "order.refunded", "order.failed"]
    assert said(told) == [
        ("order.created", "pending"),
        ("order.paid", "paid"),
        ("order.refunded", "refunded"),
        ("order.failed", "failed"),
    ]


async def test_cancelled_expired_and_back(leuwongrr: Shop) -> None:
    """The two unpaid ends; money that comes late brings an expired order back: it is paid."""
    cancelled, expired = await place_leuwongrr(leuwongrr), await place_leuwongrr(leuwongrr)
    await leuwongrr.do(CancelOrder, await leuwongrr.view(cancelled))
    view = await leuwongrr.view(expired)
    async with leuwongrr.engine.connection() as connection:
        await connection.execute(
            "UPDATE orders SET expires_at = created_at WHERE merchant_id = %s AND order_id = %s",
            (view.order.merchant_id, view.order.order_id),
        )
    await leuwongrr.do(ExpireOrder, view)
    await leuwongrr.do(RecordPayment, view, outcome="paid", method="va")

    assert said(await leuwongrr.told(cancelled)) == [("order.created", "pending"), ("order.cancelled", "cancelled")]
    assert said(await leuwongrr.told(expired)) == [
        ("order.created", "pending"),
        ("order.expired", "expired"),
        ("order.paid", "paid"),
    ]


def test_the_signature() -> None:
    """Lower-case hex over the raw body with the endpoint's own secret; the contract asks for no trial."""
    contract = contract_of("leuwongrr")
    message = WebhookMessage("order.paid", {"order_id": "INV20260429113629619", "amount_idr": 348, "status": "paid"})

    sent = contract.sign(message, DeliveryAttempt("event_1", datetime(2026, 4, 29, tzinfo=UTC), 4, "rahasia"))

    assert sent.body == b'{"order_id":"INV20260429113629619","amount_idr":348,"status":"paid"}'
    assert sent.headers["x-leuwongrr-signature"] == hmac.new(b"rahasia", sent.body, hashlib.sha256).hexdigest()
    assert (contract.test_message, contract.key_secret, contract.of_one_key) == (None, None, False)
