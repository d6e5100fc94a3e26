"""Durianpay's webhooks (contract §15): bodies field by field, the signature inside them, and when they are sent."""

from __future__ import annotations

import hashlib
import hmac
import json
from datetime import UTC, datetime
from typing import Any

from webhook_kit import Message, Shop, compact, contract_of, names
from webhook_orders import charge, place_durianpay

from gerai.doors.dialects.durianpay.wire.formats import timestamp
from gerai.engine.orders.cancel import CancelOrder
from gerai.engine.orders.expire import ExpireOrder
from gerai.engine.payments.record import RecordPayment
from gerai.engine.payments.refund import RefundPayment
from gerai.engine.webhooks.contract import DeliveryAttempt, WebhookMessage

_VECTOR = "717776533c5ea4f0d0ac6ea8928fd389e59eabb679895fad484dc49a9d811e8c"


def verify(message: Message, api_key: str) -> bool:
    """As a receiver does it: HMAC over ``id|amount_str`` with the API key, compared with ``data.signature``."""
    data = json.loads(message.signed.body)["data"]
    right = hmac.new(api_key.encode(), f"{data['id']}|{data['amount_str']}".encode(), hashlib.sha256).hexdigest()
    return hmac.compare_digest(data["signature"], right)


def signed(message: Message, key: str) -> str:
    """What ``data.signature`` must be."""
    data = message.message.data
    return hmac.new(key.encode(), f"{data['id']}|{data['amount_str']}".encode(), hashlib.sha256).hexdigest()


async def pay(shop: Shop, charged: dict[str, Any]) -> None:
    """Transfer to the virtual account."""
    body = {"account_number": charged["account_number"], "amount": "10001.00", "force_fail": False}
    await shop.ask("POST", "/v1/payments/va/simulate", body)


def order_fields(order: dict[str, Any], key: str, merchant_id: str, **changes: Any) -> dict[str, Any]:
    """The data of an order message, field by field in the documented order."""
    message = f"{order['id']}|10001.00"
    data = {
        "id": order["id"],
        "amount": 1000100,
        "status": "started",
        "is_live": False,
        "currency": "IDR",
        "metadata": {},
        "signature": hmac.new(key.encode(), message.encode(), hashlib.sha256).hexdigest(),
        "amount_str": "10001.00",
        "created_at": order["created_at"],
        "customer_id": order["customer_id"],
        "description": "Pesan untuk TV",
        "expiry_date": order["expiry_date"],
        "merchant_id": merchant_id,
        "payment_link_url": "",
        "order_ref_id": "order_ref_001",
    }
    return data | changes


async def merchant_of(shop: Shop, payment_id: str) -> str:
    """``mer_…`` as a payment answers it."""
    return (await shop.ask("GET", f"/v1/payments/{payment_id}")).json()["data"]["merchant_id"]


async def test_a_paid_order_from_beginning_to_end(durianpay: Shop) -> None:
    """order.created, payment.completed and order.completed, to the byte; starting a payment announces nothing. The
    signature is what GET …/status shows and …/verify accepts."""
    order = await place_durianpay(durianpay)
    charged = await charge(durianpay, order)
    await pay(durianpay, charged)
    payment_id, key = charged["payment_id"], durianpay.token
    merchant_id = await merchant_of(durianpay, payment_id)

    told = await durianpay.told(order["id"], key)

    assert names(told) == [
        "order.created",
        "(payment.started)",
        "payment.completed",
        "(invoice.paid)",
        "order.completed",
    ]
    created, _, paid, _, completed = told
    assert isinstance(created, Message)
    assert isinstance(paid, Message)
    assert isinstance(completed, Message)
    assert created.signed.body == compact(
        {"event": "order.created", "data": order_fields(order, key, merchant_id), "retry_count": 0}
    )
    assert completed.signed.body == compact(
        {
            "event": "order.completed",
            "data": order_fields(order, key, merchant_id, status="completed"),
            "retry_count": 0,
        }
    )
    paid_at = timestamp(paid.of.at)
    view = await durianpay.view(order["id"])
    assert paid.signed.body == compact(
        {
            "event": "payment.completed",
            "data": {
                "id": payment_id,
                "order_id": order["id"],
                "payment_ref_id": "pay_ref_123",
                "settlement_id": "",
                "payment_ds_ref_id": "",
                "amount": 1000100,
                "status": "completed",
                "is_live": False,
                "expiration_date": charged["expiration_time"],
                "payment_details_type": "va_details",
                "method_id": "BCA",
                "created_at": timestamp(view.payments[0].created_at),
                "updated_at": paid_at,
                "metadata": {},
                "retry_count": 0,
                "discount": "",
                "paid_amount": "10001.00",
                "provider_id": "",
                "total_fee": "0.00",
                "promo_id": "",
                "shipping_fee": "",
                "ds_error_metadata": None,
                "customer_id": order["customer_id"],
                "given_name": "Jane",
                "email": "jane_doe@nomail.com",
                "order_ref_id": "order_ref_001",
                "currency": "IDR",
                "failure_reason": {},
                "settlement_status": "",
                "merchant_id": merchant_id,
                "amount_str": "10001.00",
                "signature": signed(paid, key),
                "paid_at": paid_at,
                "payment_method": "VA",
                "payment_detail": {"va_bank_code": "BCA"},
            },
            "retry_count": 0,
        }
    )
    assert all(verify(message, key) for message in (created, paid, completed))
    assert all(m.signed.headers == {"Content-Type": "application/json"} for m in (created, paid, completed))
    status = (await durianpay.ask("GET", f"/v1/payments/{payment_id}/status")).json()["data"]
    assert paid.sent["data"]["signature"] == status["signature"]
    accepted = await durianpay.ask(
        "POST", f"/v1/payments/{payment_id}/verify", {"verification_signature": paid.sent["data"]["signature"]}
    )
    assert accepted.json() == {"data": True}


async def test_a_message_tells_the_event_not_what_came_after(durianpay: Shop) -> None:
    """Composed once the order is paid and refunded, order.created still says started and payment.completed completed;
    the refund itself is announced by nothing."""
    order = await place_durianpay(durianpay)
    await pay(durianpay, await charge(durianpay, order))
    before = [m.signed.body for m in await durianpay.messages(order["id"])]
    view = await durianpay.view(order["id"])
    await durianpay.do(RefundPayment, view, payment_id=view.payments[0].payment_id, amount_sen=1000100)

    told = await durianpay.told(order["id"])

    assert names(told)[-1] == "(payment.refunded)"
    assert [m.signed.body for m in told if isinstance(m, Message)] == before


async def test_money_that_comes_late(durianpay: Shop) -> None:
    """An order that had expired and is paid all the same: the payment expired, then completed, and the order with it;
    order.created still names the day until which it could be paid."""
    order = await place_durianpay(durianpay)
    payment_id = (await charge(durianpay, order, "QRIS"))["payment_id"]
    view = await durianpay.view(order["id"])
    async with durianpay.engine.connection() as connection:
        await connection.execute(
            "UPDATE orders SET expires_at = created_at WHERE merchant_id = %s AND order_id = %s",
            (view.order.merchant_id, view.order.order_id),
        )
    await durianpay.do(ExpireOrder, view)
    await durianpay.do(RecordPayment, view, payment_id=view.payments[0].payment_id, outcome="paid")

    told = await durianpay.told(order["id"])

    assert names(told) == [
        *("order.created", "(payment.started)"),
        *("(order.expired)", "payment.expired"),
        *("(order.pending)", "payment.completed", "(invoice.paid)", "order.completed"),
    ]
    messages = [entry.sent["data"] for entry in told if isinstance(entry, Message)]
    assert [data["status"] for data in messages] == ["started", "expired", "completed", "completed"]
    assert [data["id"] for data in messages] == [order["id"], payment_id, payment_id, order["id"]]
    assert messages[0]["expiry_date"] == messages[3]["expiry_date"] == order["expiry_date"]


async def test_money_for_an_order_that_was_paid_already(durianpay: Shop) -> None:
    """Two payments of one order are both paid: the second is told with its amount and its time, in the contract's words
    and never as completed, because a shop hands out goods for that; the order is completed once."""
    order = await place_durianpay(durianpay)
    first, second = await charge(durianpay, order), await charge(durianpay, order, bank_code="BNI")
    await pay(durianpay, first)
    payments = {payment.public_id: payment for payment in (await durianpay.view(order["id"])).payments}
    arrived = payments[second["payment_id"]].payment_id
    await durianpay.do(RecordPayment, await durianpay.view(order["id"]), payment_id=arrived, outcome="paid")

    told = await durianpay.messages(order["id"])
    late = [message.sent["data"] for message in told if message.sent["data"]["id"] == second["payment_id"]][-1]

    assert [message.name for message in told].count("order.completed") == 1
    assert [message.name for message in told].count("payment.completed") == 1
    assert told[-1].name == "payment.expired"
    assert {name: late[name] for name in ("id", "status", "amount", "amount_str", "paid_amount", "order_id")} == {
        "id": second["payment_id"],
        "status": "expired",
        "amount": 1000100,
        "amount_str": "10001.00",
        "paid_amount": "10001.00",
        "order_id": order["id"],
    }
    assert late["paid_at"] > order["created_at"]
    read = (await durianpay.ask("GET", f"/v1/payments/{second['payment_id']}")).json()["data"]
    assert (read["status"], read["paid_amount"]) == ("expired", "10001.00")


async def test_payments_that_end_otherwise(durianpay: Shop) -> None:
    """Failed, cancelled and expired payments, each with its reason, its zero ``paid_at`` and what is known of its
    method; the order's own end is no event of this contract."""
    order = await place_durianpay(durianpay)
    failed = await charge(durianpay, order)
    body = {"account_number": failed["account_number"], "amount": "10001.00", "force_fail": True}
    await durianpay.ask("POST", "/v1/payments/va/simulate", body, 422)
    cancelled = await charge(durianpay, order, "EWALLET", wallet_type="DANA")
    await durianpay.ask("PUT", f"/v1/payments/{cancelled['payment_id']}/cancel")
    await charge(durianpay, order, "QRIS")
    expiring = (await durianpay.view(order["id"])).payments[-1]
    await durianpay.do(
        RecordPayment, await durianpay.view(order["id"]), payment_id=expiring.payment_id, outcome="expired"
    )
    await charge(durianpay, order, "RETAILSTORE", bank_code="ALFAMART")
    await durianpay.do(CancelOrder, await durianpay.view(order["id"]))

    told = await durianpay.told(order["id"])

    assert names(told) == [
        "order.created",
        *("(payment.started)", "payment.failed"),
        *("(payment.started)", "payment.cancelled"),
        *("(payment.started)", "payment.expired"),
        *("(payment.started)", "(order.cancelled)", "payment.cancelled"),
    ]
    fields = ("status", "failure_reason", "paid_amount", "paid_at", "payment_method", "payment_detail", "method_id")
    ends = [message for message in told if isinstance(message, Message) and message.name != "order.created"]
    shown = [[message.sent["data"][name] for name in fields] for message in ends]
    never = "0001-01-01T00:00:00Z"
    merchant = {"code": "20014", "message": "cancelled by merchant"}
    assert shown == [
        ["failed", {"code": "20013", "message": "provider error"}, "", never, "VA", {"va_bank_code": "BCA"}, "BCA"],
        ["cancelled", merchant, "", never, "EWALLET", {"wallet_type": "DANA"}, "DANA"],
        ["expired", {"code": "20012", "message": "payment expired"}, "", never, "QRIS", {}, "QRIS"],
        ["cancelled", merchant, "", never, "RETAILSTORE", {}, "ALFAMART"],
    ]
    assert [message.sent["data"]["amount"] for message in ends] == [1000100] * 4


async def test_links_metadata_and_shipping(durianpay: Shop) -> None:
    """The link's bare code and the order's metadata are told; the amount is without the shipping fee, as in every
    answer; texts stay as they were written."""
    order = await place_durianpay(
        durianpay, is_payment_link=True, metadata={"SettlementGroup": "Cabang Sukabumi — 1"}, shipping_fee="5000",
        description="Pesan «TV» / 電視",
    )  # fmt: skip

    [created] = await durianpay.messages(order["id"])

    data = created.sent["data"]
    assert (data["payment_link_url"], data["metadata"]) == (
        order["payment_link_url"],
        {"SettlementGroup": "Cabang Sukabumi — 1"},
    )
    assert (data["amount"], data["amount_str"], order["amount"]) == (1000100, "10001.00", "10001.00")
    assert "Pesan «TV» / 電視".encode() in created.signed.body
    assert verify(created, "whsec_kunci-rahasia-✓")


def test_the_digests_vector() -> None:
    """Key ``dp_test_demo`` over ``pay_Ln1PZECuqf3748|10001.00``; the key itself signs; ``retry_count`` counts the
    attempts before this one."""
    contract = contract_of("durianpay")
    assert contract.key_secret is not None
    secret = contract.key_secret("dp_test_demo")
    message = WebhookMessage(
        "payment.completed", {"id": "pay_Ln1PZECuqf3748", "signature": "", "amount_str": "10001.00"}
    )

    sent = contract.sign(message, DeliveryAttempt("event_1", datetime(2026, 4, 26, tzinfo=UTC), 3, secret))

    assert sent.body == compact(
        {
            "event": "payment.completed",
            "data": {"id": "pay_Ln1PZECuqf3748", "signature": _VECTOR, "amount_str": "10001.00"},
            "retry_count": 3,
        }
    )
    assert message.data["signature"] == ""


def test_when_it_is_sent_again() -> None:
    """At once, then after 2, 5, 10, 90 and 210 minutes; only 200 acknowledges. An endpoint hears of all orders."""
    contract = contract_of("durianpay")
    assert contract.schedule_s == (0, 2 * 60, 5 * 60, 10 * 60, 90 * 60, 210 * 60)
    assert [status for status in range(100, 600) if contract.acknowledged(status)] == [200]
    assert not contract.of_one_key
    assert contract.events == (
        "order.created", "order.completed", "payment.completed", "payment.failed", "payment.expired",
        "payment.cancelled",
    )  # fmt: skip


def test_the_trial() -> None:
    """A new address is asked with a message in the same envelope, signed like the others, that names no order."""
    contract = contract_of("durianpay")
    assert contract.test_message is not None
    sent = contract.sign(
        contract.test_message(), DeliveryAttempt("event_1", datetime(2026, 4, 26, tzinfo=UTC), 0, "dp_test_demo")
    )
    right = hmac.new(b"dp_test_demo", b"webhook_test|0.00", hashlib.sha256).hexdigest()
    assert sent.body == compact(
        {
            "event": "webhook.test",
            "data": {"id": "webhook_test", "amount": 0, "signature": right, "amount_str": "0.00"},
            "retry_count": 0,
        }
    )
