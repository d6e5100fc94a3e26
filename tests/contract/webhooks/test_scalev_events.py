"""Scalev's webhooks of new orders (contract §12), and a signature that survives being parsed and printed again."""

from __future__ import annotations

import base64
import hashlib
import hmac
from decimal import Decimal

from scalev_hooks import PAYMENTS, SENT_AT, STATUSES, business, change, envelope, parcel, second, times, verify
from webhook_kit import SECRET, Shop, contract_of
from webhook_orders import place_scalev

from gerai.engine.webhooks.contract import DeliveryAttempt, WebhookMessage


async def test_a_parcel_is_created(scalev: Shop) -> None:
    """order.created in the order of the documented example, with the parcel's address, warehouse and courier."""
    order = await place_scalev(scalev, **await parcel(scalev), metadata={"channel": "wa"})
    placed_at = second(order["created_at"])
    place_of_buyer = order["destination_address"]

    [created] = await scalev.messages(order["id"])

    assert created.signed.body == envelope(
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
            "customer": {
                **order["customer"],
                "created_at": second(order["customer"]["created_at"]),
                "last_updated_at": second(order["customer"]["last_updated_at"]),
            },
            "metadata": {"channel": "wa"},
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
    assert (spam.sent["data"]["customer"]["id"], spam.sent["data"]["metadata"]) == (order["customer"]["id"], {})


async def test_free_data_leaves_as_it_came(scalev: Shop) -> None:
    """Integers of any size and the order of keys stay as the client sent them, in answers and messages; fractions are
    printed as JSON.stringify does, letters as they are."""
    metadata = {"lead": 1262024148939440249, "b": 1.0, "9": 2.5, "10": "é", "1": {"z": 123456789012345678901, "a": 1}}
    order = await place_scalev(scalev, metadata=metadata)
    await change(scalev, order, status="canceled")

    canceled = (await scalev.messages(order["id"]))[-1]

    kept = '"metadata":{"lead":1262024148939440249,"b":1,"9":2.5,"10":"é","1":{"z":123456789012345678901,"a":1}}}}'
    assert canceled.signed.body.endswith(kept.encode())
    assert list(order["metadata"]) == list(metadata)
    assert list(order["metadata"]["1"]) == ["z", "a"]
    assert order["metadata"]["lead"] == metadata["lead"]


def test_the_trial() -> None:
    """A new address must acknowledge business.test_event, which has no ``unique_id``; it is signed like the others."""
    contract = contract_of("scalev")
    assert contract.test_message is not None

    sent = contract.sign(contract.test_message(), DeliveryAttempt("event_x", SENT_AT, 0, "rahasia"))

    body = b'{"event":"business.test_event","timestamp":"2025-01-29T20:28:25.046183Z","data":{}}'
    signature = base64.b64encode(hmac.new(b"rahasia", body, hashlib.sha256).digest()).decode()
    assert sent.body == body
    assert sent.headers == {"Content-Type": "application/json", "X-Scalev-Hmac-Sha256": signature}


def test_every_attempt_is_the_same() -> None:
    """``unique_id`` and ``timestamp`` belong to the message: a retry differs in nothing."""
    contract, message = contract_of("scalev"), WebhookMessage("order.created", {"order_id": "250130JQHFZG"})
    first, third = (contract.sign(message, DeliveryAttempt("event_I7fk", SENT_AT, n, "rahasia")) for n in (0, 2))
    assert first == third
    assert first.body == (
        b'{"event":"order.created","unique_id":"event_I7fk","timestamp":"2025-01-29T20:28:25.046183Z",'
        b'"data":{"order_id":"250130JQHFZG"}}'
    )
    assert (contract.key_secret, contract.of_one_key) == (None, False)
