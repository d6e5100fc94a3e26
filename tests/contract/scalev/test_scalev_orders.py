"""Placing, reading and listing orders beyond the seed's three payloads."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from scalev_shop import Shop

from gerai.domain.filters import Scope
from gerai.engine.payments.record import RecordPayment
from gerai.engine.payments.start import StartPayment

#: Every key the contract gives an order (digest of its reference, §10).
_KEYS = """
id order_id secret_slug public_order_url payment_url external_id pg_reference_id page channel_name platform ip
utm_source status payment_status status_history payment_status_history draft_time pending_time confirmed_time
in_process_time ready_time shipped_time completed_time rts_time canceled_time closed_time unpaid_time paid_time
conflict_time settled_time transfer_time created_at last_updated_at last_updated_by gross_revenue net_revenue
product_price product_price_bt product_discount product_discount_bt shipping_cost shipping_discount shipping_fee
shipping_fee_discount other_income other_income_bt unique_code_discount discount_code_discount discount_rate
payment_fee payment_fee_rate min_payment_fee scalev_fee net_payment_revenue cogs cogs_bt
gross_revenue_for_dropshipper payment_link_income payment_link_income_bt tax_rate product_weight weight_bump
total_weight total_quantity other_income_name notes tags metadata agent_context courier_additional_info
chat_message dropshipper_name dropshipper_phone discount_code_id discount_code_code discount_code_applied_to
payment_method sub_payment_method epayment_provider pg_payment_info pg_paid_info financial_entity
payment_account_id payment_account_holder payment_account_number transferproof_url courier courier_service
shipment_provider_code shipment_receipt shipment_status shipment_status_history awb_status awb_ca_status
rtsproof_url customer destination_address origin_address warehouse business store handler handler_phone
advertiser orderlines variants bundle_price_options final_variants is_dropshipping is_from_form is_probably_spam
is_repeat is_purchase_fb is_purchase_tiktok is_purchase_kwai mark_as_spam_by fb_pixel_ids tiktok_pixel_ids
kwai_pixel_ids analytics_purchases follow_up_chats follow_up_chat_type message_history order_emails
"""
KEYS = frozenset(_KEYS.split())


async def test_an_order_has_every_key_of_the_contract(shop: Shop) -> None:
    """§10: all keys are there, null or empty where the order has nothing, and reading it gives the same."""
    placed = await shop.place(await shop.physical())
    assert set(placed) >= KEYS
    read = await shop.get(f"/v3/orders/{placed['id']}")
    assert read == placed
    assert (await shop.get("/v3/orders"))["data"] == [placed]
    assert read["status_history"] == [{"status": "pending", "by": None, "time": read["created_at"]}]
    assert read["pending_time"] == read["unpaid_time"] == read["created_at"]
    assert read["paid_time"] is None


async def test_create_answers_200_with_ids_and_limits(shop: Shop) -> None:
    """§17: 200, not 201; an id of the request on the answer, and the figures of the key's hour."""
    answer = await shop.send("POST", "/v3/orders", shop.digital())
    assert answer.status_code == 200
    assert answer.headers["x-request-id"]
    assert (answer.headers["x-ratelimit-limit"], answer.headers["x-ratelimit-remaining"]) == ("10000", "9999")
    assert "idempotency-replayed" not in answer.headers


async def test_totals_follow_the_formula(shop: Shop) -> None:
    """§9.3: product − discount + shipping − shipping discount + other income, as decimal strings; the sum is
    rounded to whole rupiah, and ``rounding`` tells by how much."""
    body = await shop.physical(
        product_discount=12_500.5, shipping_discount=5_000, other_income=3_500, other_income_name="Biaya COD"
    )
    order = await shop.place(body)
    assert (order["gross_revenue"], order["rounding"]) == ("156000.00", "0.50")
    assert order["net_revenue"] == "136000.00"
    assert (order["product_discount"], order["shipping_discount"]) == ("12500.50", "5000.00")
    assert (order["other_income"], order["other_income_name"]) == ("3500.00", "Biaya COD")


async def test_a_physical_bundle_reserves_its_parts(shop: Shop) -> None:
    """Two starter packs hold four shirts; the box weighs too: 4 x 250 g + 2 x 150 g = 1.3 kg, charged as 1 kg."""
    option = (await shop.get(f"/v3/stores/{shop.demo['store_id']}/bundles"))["data"][0]["bundle_price_options"][0]
    line = {"quantity": 2, "bundle_price_option_unique_id": option["unique_id"]}
    body = await shop.physical(orderbundles=[line])
    del body["ordervariants"]
    order = await shop.place(body)
    assert (order["product_price"], order["gross_revenue"]) == ("640000.00", "660000.00")
    assert (order["product_weight"], order["weight_bump"], order["total_weight"]) == ("1000.00", "300.00", "1300.00")
    assert order["final_variants"] == {"Kaos Polos - M": 4, "E-book Jualan Online": 2}
    assert sum(line["product_price"] for line in order["orderlines"]) == 640_000
    assert await shop.stock(8419) == [(100_000, 4)]


@pytest.mark.parametrize(
    ("sent", "filters"),
    [
        ({"payment_method": "va", "sub_payment_method": "BCA"}, ("va", "va_bca")),
        ({"payment_method": "va_bca"}, ("va", "va_bca")),
        ({"payment_method": "payment_link"}, ("invoice", "payment_link")),
        ({"payment_method": "gopay"}, ("gopay", "ewallet")),
    ],
)
async def test_both_eras_of_payment_methods(shop: Shop, sent: dict[str, str], filters: tuple[str, ...]) -> None:
    """§16.2: both are read, what was sent is echoed, and either word finds the order."""
    order = await shop.place(shop.digital(**sent))
    assert order["payment_method"] == sent["payment_method"]
    assert order["sub_payment_method"] == sent.get("sub_payment_method")
    for word in filters:
        assert [o["id"] for o in (await shop.get(f"/v3/orders?payment_method={word}"))["data"]] == [order["id"]]
    assert (await shop.get("/v3/orders?payment_method=va_bni"))["data"] == []
    assert (await shop.get("/v3/orders?payment_method=qris"))["data"] == []


async def test_initial_status(shop: Shop) -> None:
    """§9.2: incomplete is draft, awaiting money is pending, nothing to wait for is confirmed; all are unpaid."""

    async def first(body: dict[str, Any]) -> tuple[str, str]:
        order = await shop.place(body)
        return order["status"], order["payment_status"]

    assert await first(shop.digital(payment_method=None)) == ("draft", "unpaid")
    assert await first(shop.digital(customer_email="", customer_phone="")) == ("draft", "unpaid")
    assert await first(shop.digital(payment_method="qris")) == ("pending", "unpaid")
    assert await first(shop.digital(payment_method="no_payment")) == ("confirmed", "unpaid")
    assert await first(shop.digital(payment_method="marketplace")) == ("confirmed", "unpaid")
    assert await first(await shop.physical(payment_method="cod")) == ("confirmed", "unpaid")
    assert await first(shop.digital(product_discount=75_000)) == ("confirmed", "unpaid")


async def test_manual_transfers_get_a_unique_code(shop: Shop) -> None:
    """§9.3: 1 to 500 rupiah off, so that transfers can be told apart; only for bank_transfer."""
    order = await shop.place(shop.digital(payment_method="bank_transfer"))
    code = float(order["unique_code_discount"])
    assert 1 <= code <= 500
    assert float(order["gross_revenue"]) == 75_000 - code
    assert (await shop.place(shop.digital(payment_method="qris")))["unique_code_discount"] == "0.00"


async def test_telephones_are_written_one_way(shop: Shop) -> None:
    """08…, +62… and 62… are one number, so they are one customer."""
    ids = set()
    for phone in ("0812345678", "+62 812-345-678", "62812345678"):
        order = await shop.place(shop.digital(customer_phone=phone, customer_email=""))
        assert order["customer"]["phone"] == "62812345678"
        ids.add(order["customer"]["id"])
    assert len(ids) == 1


async def test_free_fields_come_back(shop: Shop) -> None:
    """What the contract only keeps is kept: notes, metadata, dropshipper."""
    order = await shop.place(
        shop.digital(
            notes="Tolong dibungkus",
            metadata={"z": 1262024148939440249, "a": {"b": [1, 2.5, "x", None]}},
            is_dropshipping=True,
            dropshipper_name="Budi",
            dropshipper_phone="0819-0000-0000",
            unknown_field=[1],
        )
    )
    assert order["notes"] == "Tolong dibungkus"
    assert order["metadata"] == {"z": 1262024148939440249, "a": {"b": [1, 2.5, "x", None]}}
    assert list(order["metadata"]) == ["z", "a"]
    assert (order["is_dropshipping"], order["dropshipper_name"], order["dropshipper_phone"]) == (
        True,
        "Budi",
        "6281900000000",
    )
    assert (await shop.get(f"/v3/orders/{order['id']}"))["metadata"] == order["metadata"]


async def test_links_of_a_store_with_its_own_domain(shop: Shop) -> None:
    """A verified custom domain is the base of both links, whatever metadata says."""
    stores = (await shop.get("/v3/stores/simplified?has_domain=true"))["data"]
    line = {"quantity": 1, "variant_unique_id": shop.demo["digital_variant_unique_id"]}
    body = shop.digital(
        store_unique_id=stores[0]["unique_id"],
        ordervariants=[line],
        metadata={"custom_domain_full_url": "https://evil.example"},
    )
    order = await shop.place(body)
    assert order["public_order_url"] == f"https://toko.example.com/o/{order['secret_slug']}"


async def test_idempotency_key(shop: Shop) -> None:
    """Same key and body: the same order, marked as replayed; another body: 422; a refused try uses nothing up."""
    bad = await shop.send("POST", "/v3/orders", shop.digital(customer_name=""), Idempotency_Key="k-1")
    assert bad.status_code == 422
    first = await shop.send("POST", "/v3/orders", shop.digital(), Idempotency_Key="k-1")
    again = await shop.send("POST", "/v3/orders", shop.digital(), Idempotency_Key="k-1")
    assert (first.status_code, again.status_code) == (200, 200)
    assert again.json() == first.json()
    assert again.headers["idempotency-replayed"] == "true"
    other = await shop.send("POST", "/v3/orders", shop.bundle(), Idempotency_Key="k-1")
    assert (other.status_code, other.json()["error_code"]) == (422, "idempotency_key_reused")
    assert await shop.orders() == 1


async def test_idempotency_key_sent_many_times_at_once(shop: Shop) -> None:
    """Thirty rivals with one key make one order."""
    answers = await asyncio.gather(
        *(shop.send("POST", "/v3/orders", shop.digital(), Idempotency_Key="rush") for _ in range(30))
    )
    assert {answer.status_code for answer in answers} == {200}
    assert len({answer.json()["id"] for answer in answers}) == 1
    assert await shop.orders() == 1


@pytest.mark.parametrize(("how", "shown"), [("", True), ("past its time", False), ("paid", False), ("failed", False)])
async def test_a_read_shows_how_to_pay_only_what_can_be_paid(shop: Shop, how: str, shown: bool) -> None:
    """``pg_payment_info`` is there while the started payment can be made, and null once it was paid, failed or ran out:
    nobody is led to pay twice. The payment's reference stays."""
    order = await shop.place(shop.digital())
    view = await shop.engine.orders.by_public_id(Scope(shop.merchant_id, "sandbox", "scalev"), order["id"])
    assert view is not None
    names: dict[str, Any] = {
        "merchant_id": shop.merchant_id, "environment": "sandbox", "order_id": view.order.order_id,
        "payment_id": shop.engine.ids.next(),
    }  # fmt: skip
    await shop.engine.submit(
        StartPayment(
            **names, public_id="pay_1", method="qris", channel_code="QRIS", amount_sen=view.order.total_sen,
            instructions={"kind": "qr", "qr_text": "000201"}, expires_at=datetime.now(UTC) + timedelta(minutes=5),
        )
    )  # fmt: skip
    if how == "past its time":
        async with shop.engine.connection() as connection:
            await connection.execute(
                "UPDATE payments SET expires_at = now() WHERE merchant_id = %s AND payment_id = %s",
                (shop.merchant_id, names["payment_id"]),
            )
    elif how:
        await shop.engine.submit(RecordPayment(**names, outcome="paid" if how == "paid" else "failed"))
    expected = {"qr_string": "000201"} if shown else None
    reads = [await shop.get(f"/v3/orders/{order['id']}"), *(await shop.get("/v3/orders"))["data"]]
    assert [read["pg_payment_info"] for read in reads] == [expected, expected]
    assert reads[0]["pg_reference_id"] == (None if how == "failed" else "pay_1")


@pytest.mark.parametrize(
    ("gateway", "provider"), [("midtrans", "midtrans"), ("xendit", "xendit"), ("tripay", None), ("", None)]
)
async def test_what_was_paid_and_through_whom(shop: Shop, gateway: str, provider: str | None) -> None:
    """``epayment_provider`` names the gateway, by the contract's own list alone; once the money is there
    ``pg_paid_info`` keeps what the payer was shown, the amount and when, and not before."""
    order = await shop.place(shop.digital())
    view = await shop.engine.orders.by_public_id(Scope(shop.merchant_id, "sandbox", "scalev"), order["id"])
    assert view is not None
    names: dict[str, Any] = {
        "merchant_id": shop.merchant_id, "environment": "sandbox", "order_id": view.order.order_id,
        "payment_id": shop.engine.ids.next(),
    }  # fmt: skip
    shown = {"kind": "qr", "qr_text": "000201"} | ({"gateway": gateway} if gateway else {})
    await shop.engine.submit(
        StartPayment(
            **names, public_id="pay_2", method="qris", channel_code="QRIS", amount_sen=view.order.total_sen,
            instructions=shown,
        )
    )  # fmt: skip
    open_read = await shop.get(f"/v3/orders/{order['id']}")
    assert (open_read["epayment_provider"], open_read["pg_paid_info"]) == (provider, None)
    await shop.engine.submit(RecordPayment(**names, outcome="paid"))
    read = await shop.get(f"/v3/orders/{order['id']}")
    assert (read["epayment_provider"], read["pg_payment_info"]) == (provider, None)
    paid_at = read["pg_paid_info"].pop("paid_at")
    assert datetime.fromisoformat(paid_at).utcoffset() == timedelta(0)
    assert read["pg_paid_info"] == {
        "qr_string": "000201", "reference_id": "pay_2", "status": "PAID", "amount": read["gross_revenue"],
    }  # fmt: skip
