"""Scalev's webhooks (contract §12): bodies field by field, times to the second, and a signature that survives being
parsed and printed again."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from uuid import NAMESPACE_OID, uuid5

from webhook_kit import SECRET, Message, Shop, announcer_of, compact, names, sending
from webhook_orders import place_scalev

from gerai.engine.orders.expire import ExpireOrder
from gerai.engine.payments.record import RecordPayment
from gerai.engine.webhooks.announcer import Draft, Sending

SENT_AT = datetime(2025, 1, 29, 20, 28, 25, 46183, tzinfo=UTC)


def verify(message: Message, secret: str) -> bool:
    """As a careless receiver does it: parse, print again, and only then hash."""
    again = json.dumps(json.loads(message.dressed.body), separators=(",", ":"), ensure_ascii=False).encode()
    right = base64.b64encode(hmac.new(secret.encode("utf-8"), again, hashlib.sha256).digest()).decode()
    return hmac.compare_digest(message.dressed.headers["X-Scalev-Hmac-Sha256"], right)


def second(time: str | None) -> str | None:
    """A time of the REST answer as webhooks write it."""
    return None if time is None else time[:19] + "Z"


def envelope(message: Message, name: str, data: dict[str, Any]) -> bytes:
    """The whole body, to the byte."""
    at = message.of.at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    return compact({"event": name, "unique_id": sending(message.of).message_id, "timestamp": at, "data": data})


async def parcel(shop: Shop) -> dict[str, Any]:
    """What a physical order of two shirts adds."""
    wanted = {"variant_id": shop.demo["physical_variant_id"], "qty": 2}
    query = {"store_id": shop.demo["store_id"], "destination_id": 1, "variants": [wanted]}
    house = (await shop.ask("POST", "/v3/shipping-costs/search-warehouse", query)).json()["data"][0]["warehouse"]
    return {
        "ordervariants": [{"quantity": 2, "variant_unique_id": shop.demo["physical_variant_unique_id"]}],
        "address": "Jl. Pegangsaan Timur No. 28",
        "location_id": 1,
        "postal_code": "12345",
        "warehouse_unique_id": house["unique_id"],
        "courier_service_id": 1,
        "shipping_cost": 20000,
        "shipment_provider_code": "lincah",
        "notes": "Titip di satpam",
    }


async def change(shop: Shop, order: dict[str, Any], **fields: Any) -> None:
    """change-status of one order."""
    await shop.ask("POST", "/v3/orders/change-status", {"ids": [order["id"]], **fields})


def business(shop: Shop) -> dict[str, Any]:
    """The merchant in a webhook."""
    merchant = shop.merchant
    client_id = str(uuid5(NAMESPACE_OID, f"business/{merchant.merchant_id}"))
    return {"username": merchant.code, "client_id": client_id, "unique_id": f"business_{merchant.code}"}


def times(*words: str, **at: str | None) -> dict[str, Any]:
    """``…_time`` fields: null but for those given."""
    return {f"{word}_time": at.get(word) for word in words}


STATUSES = (
    "draft", "pending", "confirmed", "in_process", "ready", "shipped", "completed", "rts", "canceled", "closed",
)  # fmt: skip
PAYMENTS = ("unpaid", "paid", "conflict", "settled")


async def test_a_parcel_is_created(scalev: Shop) -> None:
    """order.created in the order of the documented example, with the parcel's address, warehouse and courier."""
    order = await place_scalev(scalev, **await parcel(scalev))
    placed_at = second(order["created_at"])
    place_of_buyer = order["destination_address"]

    [created] = await scalev.messages(order["id"])

    assert created.dressed.body == envelope(
        created,
        "order.created",
        {
            "id": order["id"],
            "order_id": order["order_id"],
            "secret_slug": order["secret_slug"],
            "status": "pending",
            "is_probably_spam": False,
            "mark_as_spam_by": None,
            **times(*STATUSES, pending=placed_at),
            "payment_status": "unpaid",
            **times(*PAYMENTS, unpaid=placed_at),
            "business": business(scalev),
            "store": {"name": order["store"]["name"]},
            "epayment_provider": None,
            "payment_method": "invoice",
            "sub_payment_method": None,
            "financial_entity": None,
            "payment_account_holder": None,
            "payment_account_number": None,
            "transferproof_url": None,
            "transfer_time": None,
            "final_variants": {"Kaos Polos - M": 2},
            "total_quantity": 2,
            "gross_revenue": "320000.00",
            "unique_code_discount": "0.00",
            "discount_code_discount": "0.00",
            "net_revenue": "300000.00",
            "product_price": "300000.00",
            "product_discount": "0.00",
            "other_income_name": None,
            "other_income": "0.00",
            "discount_rate": "0.00",
            "cogs": order["cogs"],
            "shipping_cost": "20000.00",
            "shipping_discount": "0.00",
            "payment_fee": "0.00",
            "customer_id": order["customer"]["id"],
            "destination_address": {
                "name": "Siti Nurhaliza — é",
                "phone": "62812345678",
                "email": "example@example.com",
                "address": "Jl. Pegangsaan Timur No. 28",
                "subdistrict": place_of_buyer["subdistrict"],
                "city": place_of_buyer["city"],
                "province": place_of_buyer["province"],
                "postal_code": "12345",
                "notes": "",
            },
            "origin_address": {
                name: order["origin_address"][name]
                for name in ("address", "subdistrict", "city", "province", "postal_code")
            },
            "warehouse": {"name": order["warehouse"]["name"], "unique_id": order["warehouse"]["unique_id"]},
            "product_weight": 500,
            "weight_bump": 0,
            "total_weight": 500,
            "courier_service": {"courier": {"name": "JNE", "code": "jne"}, "name": "Reguler", "code": "REG"},
            "courier_aggregator_code": "lincah",
            "rtsproof_url": None,
            "shipment_receipt": None,
            "shipment_status": None,
            "awb_status": "unavailable",
            "awb_ca_status": "unavailable",
            "notes": "Titip di satpam",
            "tags": [],
            "orderlines": [
                {
                    "quantity": 2,
                    "is_inventory": True,
                    "weight": 500,
                    "product_name": "Kaos Polos - M",
                    "variant_unique_id": scalev.demo["physical_variant_unique_id"],
                    "variant_sku": order["orderlines"][0]["variant_sku"],
                    "variant_price": "150000.00",
                    "variant_cogs": f"{order['orderlines'][0]['variant_cogs']}.00",
                    "product_price": "300000.00",
                    "discount": "0.00",
                    "discount_code_discount": "0.00",
                    "cogs": order["cogs"],
                }
            ],
            "created_at": placed_at,
            "last_updated_at": placed_at,
            "public_order_url": order["public_order_url"],
            "payment_url": order["payment_url"],
        },
    )
    assert verify(created, SECRET)


async def test_a_digital_order_has_a_buyer_but_no_parcel(scalev: Shop) -> None:
    """Receivers look for name and e-mail in the destination: they are there, the address is null; so are origin,
    warehouse and courier. The whole order is a draft when nothing says how it is paid."""
    order = await place_scalev(scalev, payment_method=None, customer_phone=None)

    [created] = await scalev.messages(order["id"])

    data = created.sent["data"]
    assert data["destination_address"] == {
        "name": "Siti Nurhaliza — é", "phone": None, "email": "example@example.com", "address": None,
        "subdistrict": None, "city": None, "province": None, "postal_code": None, "notes": "",
    }  # fmt: skip
    parts = ("origin_address", "warehouse", "courier_service", "courier_aggregator_code", "payment_method")
    assert [data[part] for part in parts] == [None] * 5
    assert (data["status"], data["draft_time"], data["pending_time"]) == ("draft", second(order["draft_time"]), None)


async def test_bundles_are_unpacked(scalev: Shop) -> None:
    """Lines are variants with their part of the bundle's price; they add up."""
    option = {"quantity": 1, "bundle_price_option_unique_id": scalev.demo["bundle_price_option_unique_id"]}
    order = await place_scalev(scalev, ordervariants=None, orderbundles=[option])

    [created] = await scalev.messages(order["id"])

    lines = created.sent["data"]["orderlines"]
    shares = [Decimal(line["product_price"]) for line in lines]
    assert shares == [Decimal(str(line["product_price"])) for line in order["orderlines"]]
    assert (len(lines), str(sum(shares))) == (len(order["orderlines"]), order["product_price"])
    assert len(lines) >= 2
    assert all(line["variant_unique_id"].startswith("variant_") for line in lines)


async def test_a_spam_order_is_announced_as_one(scalev: Shop) -> None:
    """``is_probably_spam`` fires order.spam_created instead of order.created, with the same data."""
    order = await place_scalev(scalev, is_probably_spam=True)

    [spam] = await scalev.messages(order["id"])

    assert (spam.name, spam.sent["data"]["is_probably_spam"]) == ("order.spam_created", True)
    assert spam.sent["data"]["order_id"] == order["order_id"]


async def test_the_documented_walk(scalev: Shop) -> None:
    """Paid, back to pending and unpaid, canceled: each change with its own message, histories newest first, and who did
    it. A payment that counts again as received is received again."""
    order = await place_scalev(scalev, metadata={"event_source_url": "https://toko.example/lp"}, **await parcel(scalev))
    await change(scalev, order, payment_status="paid", by="Sari", payment_method="bank_transfer")
    await change(scalev, order, payment_status="unpaid", status="pending")
    await change(scalev, order, status="canceled", by="Sari")

    told = await scalev.told(order["id"])

    assert names(told) == [
        "order.created",
        "(payment.completed)",
        "order.payment_status_changed",
        "payment.received",
        "order.status_changed",
        "order.payment_status_changed",
        "order.status_changed",
        "order.status_changed",
    ]
    messages = [entry for entry in told if isinstance(entry, Message)]
    paid, received, confirmed, unpaid, pending, canceled = messages[1:]
    at = [second(m.of.at.isoformat()) for m in (paid, unpaid, canceled)]
    placed_at = second(order["created_at"])
    nobody, sari = ({"avatar": "", "email": "", "name": name} for name in ("", "Sari"))
    customer = {**order["customer"], "created_at": canceled.sent["data"]["customer"]["created_at"]}
    customer["last_updated_at"] = canceled.sent["data"]["customer"]["last_updated_at"]
    buyer = {"customer": customer, "metadata": {"event_source_url": "https://toko.example/lp"}}
    assert second(order["customer"]["created_at"]) == customer["created_at"]
    assert canceled.dressed.body == envelope(
        canceled,
        "order.status_changed",
        {
            "id": order["id"],
            "order_id": order["order_id"],
            "status": "canceled",
            **times(*STATUSES, pending=at[1], confirmed=at[0], canceled=at[2]),
            "created_at": placed_at,
            "last_updated_at": at[2],
            "status_history": [
                {"at": at[2], "by": sari, "status": "canceled"},
                {"at": at[1], "by": nobody, "status": "pending"},
                {"at": at[0], "by": sari, "status": "confirmed"},
                {"at": placed_at, "by": nobody, "status": "pending"},
            ],
            **buyer,
        },
    )
    assert [m.sent["data"]["status"] for m in (confirmed, pending)] == ["confirmed", "pending"]
    payment = {
        "id": order["id"],
        "order_id": order["order_id"],
        "business": business(scalev),
        "is_probably_spam": False,
        "mark_as_spam_by": None,
        "created_at": placed_at,
        "last_updated_at": at[0],
        "payment_status": "paid",
        "payment_account_id": None,
        "epayment_provider": None,
        "payment_method": "bank_transfer",
        "sub_payment_method": None,
        "financial_entity": None,
        "payment_account_holder": None,
        "payment_account_number": None,
        "transferproof_url": None,
        "pg_payment_info": None,
        "pg_reference_id": paid.sent["data"]["pg_reference_id"],
        "pg_paid_info": None,
        **times(*PAYMENTS, unpaid=placed_at, paid=at[0]),
        "transfer_time": None,
        "payment_status_history": [{"at": at[0], "by": sari, "status": "paid"}],
        **buyer,
    }
    assert paid.dressed.body == envelope(paid, "order.payment_status_changed", payment)
    assert received.dressed.body == envelope(received, "payment.received", payment)
    data = unpaid.sent["data"]
    assert [step["status"] for step in data["payment_status_history"]] == ["unpaid", "paid"]
    assert (data["payment_status"], data["unpaid_time"], data["paid_time"]) == ("unpaid", at[1], at[0])
    assert (data["pg_reference_id"], data["pg_payment_info"]) == (None, None)
    assert all(verify(message, SECRET) for message in messages)


async def test_settled_and_conflict(scalev: Shop) -> None:
    """Settled is received once more; a conflict is payment.failed, in the same shape as the payment status."""
    settled, disputed = await place_scalev(scalev), await place_scalev(scalev)
    for word in ("paid", "settled"):
        await change(scalev, settled, payment_status=word, status="confirmed")
    await change(scalev, disputed, payment_status="conflict", by="Sari")

    money = [m for m in await scalev.messages(settled["id"]) if m.name.startswith(("payment.", "order.payment"))]
    failed = [m for m in await scalev.messages(disputed["id"]) if m.name.startswith(("payment.", "order.payment"))]

    assert [(m.name, m.sent["data"]["payment_status"]) for m in money] == [
        ("order.payment_status_changed", "paid"),
        ("payment.received", "paid"),
        ("order.payment_status_changed", "settled"),
        ("payment.received", "settled"),
    ]
    assert [(m.name, m.sent["data"]["payment_status"]) for m in failed] == [
        ("order.payment_status_changed", "conflict"),
        ("payment.failed", "conflict"),
    ]
    assert failed[0].draft.data == failed[1].draft.data


async def test_a_payment_is_started_on_the_pay_page(scalev: Shop) -> None:
    """order.epayment_created is the whole order and what its buyer must see. Its failure is told by nothing: the order
    is unpaid as before. Paid then: the gateway's words stay with the payment that succeeded."""
    order = await place_scalev(scalev, payment_method="va_bca")
    page = f"/o/{order['secret_slug']}"
    for act in ("fail", "pay"):
        await scalev.client.post(f"{page}/method", data={"choice": "va:BCA"}, follow_redirects=True)
        await scalev.client.post(f"{page}/play", data={"act": act}, follow_redirects=True)

    told = await scalev.told(order["id"])

    assert names(told) == [
        "order.created",
        "order.epayment_created",
        "(payment.failed)",
        "order.epayment_created",
        "(payment.completed)",
        "order.payment_status_changed",
        "payment.received",
        "order.status_changed",
    ]
    created, first, again, changed = (told[i] for i in (0, 1, 3, 5))
    assert isinstance(created, Message)
    assert isinstance(first, Message)
    assert isinstance(again, Message)
    assert isinstance(changed, Message)
    view = await scalev.view(order["id"])
    for message, payment in ((first, view.payments[0]), (again, view.payments[1])):
        expected = {
            **created.draft.data,
            "last_updated_at": second(message.of.at.isoformat()),
            "pg_payment_info": {
                "payment_method": {
                    "virtual_account": {
                        "channel_code": "BCA",
                        "channel_properties": {
                            "virtual_account_number": payment.instructions["code"],
                            "customer_name": None,
                        },
                    }
                }
            },
            "pg_reference_id": payment.public_id,
        }
        assert message.dressed.body == envelope(message, "order.epayment_created", expected)
    assert changed.sent["data"]["pg_reference_id"] == view.payments[1].public_id
    assert changed.sent["data"]["pg_payment_info"] == again.sent["data"]["pg_payment_info"]


async def test_a_message_tells_the_event_not_what_came_after(scalev: Shop) -> None:
    """Composed after everything, each message is what it was when its event had just happened."""
    order = await place_scalev(scalev, **await parcel(scalev))
    early = [m.dressed.body for m in await scalev.messages(order["id"])]
    for fields in (
        {"payment_status": "paid"},
        {"status": "in_process"},
        {"status": "shipped"},
        {"status": "completed"},
    ):
        await change(scalev, order, **fields)
        now = [m.dressed.body for m in await scalev.messages(order["id"])]
        assert now[: len(early)] == early
        assert len(now) > len(early)
        early = now


async def test_an_order_that_ran_out_is_canceled(scalev: Shop) -> None:
    """The contract has no word for expired; money that comes late brings the order back, and both are told."""
    order = await place_scalev(scalev, payment_method="qris", customer_email="late@example.com")
    await scalev.client.post(f"/o/{order['secret_slug']}/method", data={"choice": "qris:QRIS"}, follow_redirects=True)
    view = await scalev.view(order["id"])
    async with scalev.engine.reads.connection() as connection:
        await connection.execute(
            "UPDATE orders SET expires_at = created_at WHERE merchant_id = %s AND order_id = %s",
            (view.order.merchant_id, view.order.order_id),
        )
    await scalev.do(ExpireOrder, view)
    await scalev.do(RecordPayment, view, payment_id=view.payments[0].payment_id, outcome="paid")

    told = await scalev.told(order["id"])

    assert names(told) == [
        *("order.created", "order.epayment_created"),
        *("order.status_changed", "(payment.expired)"),
        "order.status_changed",
        *("(payment.completed)", "order.payment_status_changed", "payment.received", "order.status_changed"),
    ]
    statuses = [m.sent["data"]["status"] for m in told if isinstance(m, Message) and m.name == "order.status_changed"]
    assert statuses == ["canceled", "pending", "completed"]


async def test_numbers_as_javascript_prints_them(scalev: Shop) -> None:
    """Free data of the client is sent as JSON.stringify prints it: no ``.0``, keys that look like an array's first, and
    letters as they are; a receiver that prints the body again gets the same bytes."""
    metadata = {"b": 1.0, "9": 2.5, "10": "é", "1": {"n": 123456789012345678901}}
    order = await place_scalev(scalev, metadata=metadata)
    await change(scalev, order, status="canceled")

    canceled = (await scalev.messages(order["id"]))[-1]

    assert canceled.dressed.body.endswith(
        '"metadata":{"1":{"n":123456789012345680000},"9":2.5,"10":"é","b":1}}}'.encode()
    )


def test_the_trial() -> None:
    """A new address must acknowledge business.test_event, which has no ``unique_id``; it is signed like the others."""
    announcer = announcer_of("scalev")
    assert announcer.trial is not None

    sent = announcer.dress(announcer.trial(), Sending("event_x", SENT_AT, 0, "rahasia"))

    body = b'{"event":"business.test_event","timestamp":"2025-01-29T20:28:25.046183Z","data":{}}'
    signature = base64.b64encode(hmac.new(b"rahasia", body, hashlib.sha256).digest()).decode()
    assert sent.body == body
    assert sent.headers == {"Content-Type": "application/json", "X-Scalev-Hmac-Sha256": signature}


def test_every_attempt_is_the_same() -> None:
    """``unique_id`` and ``timestamp`` belong to the message: a retry differs in nothing."""
    announcer, draft = announcer_of("scalev"), Draft("order.created", {"order_id": "250130JQHFZG"})
    first, third = (announcer.dress(draft, Sending("event_I7fk", SENT_AT, n, "rahasia")) for n in (0, 2))
    assert first == third
    assert first.body == (
        b'{"event":"order.created","unique_id":"event_I7fk","timestamp":"2025-01-29T20:28:25.046183Z",'
        b'"data":{"order_id":"250130JQHFZG"}}'
    )
    assert (announcer.key_secret, announcer.of_one_key) == (None, False)
