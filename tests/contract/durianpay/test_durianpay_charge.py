"""Charging an order through the Durianpay door, on the running engine (contract §6.1, §18)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
from durianpay_shop import Shop, fetched, open_shop, order_body, started

from gerai.engine.core import Engine
from gerai.engine.merchants.open import set_test_clock
from gerai.worker.sweep import sweep

AT = datetime(2026, 4, 1, 8, 0, tzinfo=UTC)

SHAPES = {
    "VA": "account_number payment_ref_id expiration_time paid_amount payment_instruction",
    "RETAILSTORE": "account_number payment_ref_id expiration_time paid_amount",
    "RETAIL_STORE": "account_number payment_ref_id expiration_time paid_amount",
    "EWALLET": "mobile status expiration_time checkout_url web_url unique_id paid_amount",
    "ONLINE_BANKING": "mobile status expiration_time web_url unique_id paid_amount",
    "QRIS": "status expiration_time creation_time qr_string unique_id metadata amount qr_code",
    "CARD": "payment_ref_id token_id status paid_amount metadata checkout_url",
    "BNPL": "payment_ref_id redirect_url paid_amount metadata",
}


@pytest.mark.parametrize("kind", SHAPES)
async def test_each_type_answers_its_shape(shop: Shop, kind: str) -> None:
    """The captured keys of each type; RETAIL_STORE is answered as RETAILSTORE; the order is processing then."""
    order = await shop.order()
    data = (await shop.charge(order, kind)).json()["data"]
    assert data["type"] == {"RETAIL_STORE": "RETAILSTORE"}.get(kind, kind)
    assert list(data["response"]) == ["payment_id", "order_id", *SHAPES[kind].split()]
    assert data["response"]["order_id"] == order["id"]
    assert (await shop.ask("GET", f"/orders/{order['id']}")).json()["data"]["status"] == "processing"


async def test_a_virtual_account(shop: Shop) -> None:
    """A number with the bank's prefix, good until the order expires, with help in two languages and three places."""
    order = await shop.order()
    answer = await started(shop, order, bank_code="mandiri")
    assert answer["account_number"].startswith("88708")
    assert len(answer["account_number"]) == 16
    assert answer["expiration_time"] == order["expiry_date"]
    assert answer["paid_amount"] == ""
    help_lines = answer["payment_instruction"]["id"]["mobile_app"]
    assert help_lines["heading"] == "Mobile banking Mandiri"
    assert f"<li>Masukkan nomor virtual account {answer['account_number']}.</li>" in help_lines["instruction_text"]
    assert set(answer["payment_instruction"]) == {"en", "id"}


@pytest.mark.parametrize(
    ("code", "headings"),
    [
        ("SAHABAT_SAMPOERNA", {"en": "ATM Sahabat Sampoerna", "id": "ATM Sahabat Sampoerna"}),
        ("OTHERS", {"en": "ATM of your bank", "id": "ATM bank Anda"}),
    ],
)
async def test_instructions_never_print_a_bank_code(shop: Shop, code: str, headings: dict[str, str]) -> None:
    """Headings, steps and the search for an app name a bank as people do; a number for any bank is headed by none."""
    told = (await started(shop, await shop.order(), bank_code=code))["payment_instruction"]
    assert {language: places["atm"]["heading"] for language, places in told.items()} == headings
    assert code not in str(told)


async def test_a_qris_code(shop: Shop) -> None:
    """EMV text in qr_code, its picture in qr_string (the names look swapped and are the contract's), three days."""
    answer = await started(shop, await shop.order(), "QRIS", amount=10001)
    lasts = datetime.fromisoformat(answer["expiration_time"]) - datetime.fromisoformat(answer["creation_time"])
    assert answer["qr_code"].startswith("000201010212")
    assert "540510001" in answer["qr_code"]
    assert answer["qr_string"].startswith("data:image/png;base64,iVBOR")
    assert timedelta(days=3) - timedelta(seconds=5) < lasts <= timedelta(days=3)
    assert (answer["status"], answer["amount"], answer["unique_id"]) == ("processing", "10001.00", "QRIS")
    assert answer["metadata"]["merchant_name"] == "Toko Contoh"


async def test_a_wallet_is_sent_to_the_pay_page(shop: Shop) -> None:
    """The hosted page of this very order; the printed expiry is the zero time."""
    order = await shop.order()
    answer = await started(shop, order, "EWALLET")
    assert answer["checkout_url"] == f"http://gerai.test/i/{order['access_token']}"
    assert (answer["expiration_time"], answer["paid_amount"]) == ("0001-01-01T00:00:00Z", "10001.00")


@pytest.mark.parametrize(
    ("kind", "amount", "request_fields", "accepted"),
    [
        ("VA", "9999", {}, False),
        ("VA", "10000", {}, True),
        ("VA", "50000000", {"bank_code": "BNI"}, True),
        ("VA", "50000001", {"bank_code": "BNI"}, False),
        ("QRIS", "10000000", {}, True),
        ("QRIS", "10000001", {}, False),
        ("EWALLET", "99", {"wallet_type": "OVO"}, False),
        ("EWALLET", "1", {"wallet_type": "DANA"}, True),
        ("RETAILSTORE", "5000001", {}, False),
        ("CARD", "999", {}, False),
    ],
)
async def test_bounds_are_enforced(
    shop: Shop, kind: str, amount: str, request_fields: dict[str, str], accepted: bool
) -> None:
    """Per channel, on sandbox and production keys; refused with the field amount and without a trace."""
    for asking in (shop, shop.other_environment()):
        response = await asking.charge(await asking.order(amount=amount), kind, **request_fields)
        assert response.status_code == (200 if accepted else 400)
        if not accepted:
            assert [error["field"] for error in response.json()["errors"]] == ["amount"]
    assert (await shop.rows())["payments"] == (2 if accepted else 0)


async def test_another_amount_is_refused(shop: Shop) -> None:
    """The order's amount in any form is accepted, any other is named; the recorded one is the order's."""
    order = await shop.order(amount="1,250,000.00")
    wrong = await shop.charge(order, amount="20000.00")
    right = await shop.charge(order, amount="1,250,000.00")
    assert wrong.json()["errors"] == [{"field": "amount", "message": "must be 1250000.00"}]
    payment = await fetched(shop, right.json()["data"]["response"]["payment_id"])
    assert payment["amount"] == "1250000.00"


@pytest.mark.parametrize(
    ("kind", "request_fields", "field"),
    [
        ("VA", {"bank_code": "GRINGOTTS"}, "bank_code"),
        ("EWALLET", {"wallet_type": "PURSE"}, "wallet_type"),
        ("VA", {"bank_code": ""}, "bank_code"),
        ("VA", {"name": ""}, "name"),
        ("EWALLET", {"mobile": None}, "mobile"),
        ("VA", {"order_id": ""}, "order_id"),
        ("CASH", {}, "type"),
    ],
)
async def test_wrong_charge_fields_are_named(shop: Shop, kind: str, request_fields: dict[str, Any], field: str) -> None:
    """400 DPAY_INVALID_REQUEST with that field; no payment."""
    response = await shop.charge(await shop.order(), kind, **request_fields)
    assert (response.status_code, response.json()["error_code"]) == (400, "DPAY_INVALID_REQUEST")
    assert [error["field"] for error in response.json()["errors"]] == [field]
    assert (await shop.rows())["payments"] == 0


@pytest.mark.parametrize("wrong", ["OVO", "dana2", "va", "qris ", " ", 5, ["DANA"], {"a": 1}])
@pytest.mark.parametrize(
    ("kind", "field"),
    [
        ("VA", "bank_code"), ("EWALLET", "wallet_type"), ("RETAILSTORE", "bank_code"), ("ONLINE_BANKING", "type"),
        ("QRIS", "type"), ("BNPL", "payment_method_unique_id"),
    ],
)  # fmt: skip
async def test_every_choice_of_a_method_is_checked(shop: Shop, kind: str, field: str, wrong: Any) -> None:
    """A word that the method does not know (§6.1), or no word at all: 400 naming the field, and no payment. Blanks
    around a word that it knows do not matter, nor does a blank field where it may be left out."""
    known = {"QRIS": ("qris ", " "), "EWALLET": ("OVO",)}
    response = await shop.charge(await shop.order(), kind, **{field: wrong})
    if wrong in known.get(kind, ()):
        assert response.status_code == 200
        return
    assert (response.status_code, response.json()["error_code"]) == (400, "DPAY_INVALID_REQUEST")
    assert [error["field"] for error in response.json()["errors"]] == [field]
    assert (await shop.rows())["payments"] == 0


@pytest.mark.parametrize(
    ("sent", "unique_id"), [(None, "QRIS"), ("", "QRIS"), ("QRIS", "QRIS"), ("DANA", "DANA"), ("dana", "DANA")]
)
async def test_a_qr_is_of_a_type(shop: Shop, sent: str | None, unique_id: str) -> None:
    """DANA or QRIS; absent, null and blank are QRIS (§6.1). The answer echoes the contract's spelling."""
    assert (await started(shop, await shop.order(), "QRIS", type=sent))["unique_id"] == unique_id


async def test_a_status_that_changes_moves_updated_at(shop: Shop) -> None:
    """started → processing by a charge, processing → expired by the clock alone: each moves it, for the payment too,
    in a fetch, in a list and in the answer of a replayed create."""
    await set_test_clock(shop.engine, shop.merchant_id, frozen_at=AT)
    expiry = "2026-04-01T11:00:00Z"
    body, key = order_body(expiry_date=expiry), {"Idempotency-Key": "updated-at"}
    order = (await shop.ask("POST", "/v1/orders", body, headers=key)).json()["data"]
    assert (order["status"], order["updated_at"]) == ("started", "2026-04-01T08:00:00Z")

    async def read() -> list[tuple[str, str]]:
        one = (await shop.ask("GET", f"/orders/{order['id']}?expand=payments")).json()["data"]
        [entry] = (await shop.ask("GET", "/orders")).json()["data"]["orders"]
        again = (await shop.ask("POST", "/v1/orders", body, headers=key)).json()["data"]
        return [(shown["status"], shown["updated_at"]) for shown in (one, entry, again, *(one["payments"] or ()))]

    assert await read() == [("started", "2026-04-01T08:00:00Z")] * 3
    await set_test_clock(shop.engine, shop.merchant_id, frozen_at=AT + timedelta(hours=1))
    await started(shop, order)
    assert await read() == [("processing", "2026-04-01T09:00:00Z")] * 4
    await set_test_clock(shop.engine, shop.merchant_id, frozen_at=AT + timedelta(hours=4))
    assert await read() == [("expired", expiry)] * 4
    await sweep(shop.engine)
    assert await read() == [("expired", "2026-04-01T12:00:00Z")] * 4


async def test_what_bnpl_and_linkaja_need(shop: Shop) -> None:
    """Items for both, an address for BNPL (seed)."""
    bare = await shop.order(items=None, customer={"email": "a@b.id"})
    bnpl = await shop.charge(bare, "BNPL")
    linkaja = await shop.charge(bare, "EWALLET", wallet_type="LINKAJA")
    assert [error["field"] for error in bnpl.json()["errors"]] == ["items", "customer.address"]
    assert [error["field"] for error in linkaja.json()["errors"]] == ["items"]
    assert (await shop.charge(await shop.order(), "EWALLET", wallet_type="LINKAJA")).status_code == 200


async def test_instalments_by_card_and_bnpl_only(shop: Shop) -> None:
    """An installment order is created like any other."""
    order = await shop.order(payment_option="installment")
    assert order["payment_option"] == "installment"
    answers = {kind: (await shop.charge(order, kind)).status_code for kind in ("CARD", "BNPL", "VA", "QRIS")}
    assert answers == {"CARD": 200, "BNPL": 200, "VA": 400, "QRIS": 400}


async def test_fees_included_and_excluded(client: httpx.AsyncClient, engine: Engine) -> None:
    """Filled once a method is chosen. excluded: the payer pays them on top, and the VA wants the sum."""
    shop = await open_shop(client, engine, payment_fees={"va": {"fixed_rupiah": 4000}, "qris": {"percent_bp": 70}})
    included, excluded = await shop.order(), await shop.order(admin_fee_method="excluded")
    await started(shop, included)
    answer = await started(shop, excluded)
    qr = await started(shop, excluded, "QRIS")
    read = [(await shop.ask("GET", f"/orders/{o['id']}")).json()["data"]["fees"] for o in (included, excluded)]
    assert read == ["4000.00", "70.00"]
    assert (qr["amount"], "540510071" in qr["qr_code"]) == ("10071.00", True)
    short = {"account_number": answer["account_number"], "amount": "10001.00"}
    assert (await shop.ask("POST", "/payments/va/simulate", short)).json()["data"]["reason"] == "Amount mismatch"
    paid = await shop.ask("POST", "/payments/va/simulate", {**short, "amount": "14001.00"})
    payment = await fetched(shop, answer["payment_id"])
    assert paid.status_code == 200
    assert (payment["amount"], payment["total_fee"], payment["paid_amount"]) == ("10001.00", "4000.00", "14001.00")


async def test_shipping_is_paid_on_top(shop: Shop) -> None:
    """The plugin's form: amount without shipping. Either sum may be named when charging; the payer pays both."""
    order = await shop.order(shipping_fee="15,000.00")
    assert (order["amount"], order["shipping_fee"]) == ("10001.00", "15000.00")
    named = await started(shop, order, amount="25001.00")
    answer = await started(shop, order, "QRIS")
    assert "540525001" in answer["qr_code"]
    payment = await fetched(shop, named["payment_id"])
    assert (payment["amount"], payment["shipping_fee"]) == ("10001.00", "15000.00")
