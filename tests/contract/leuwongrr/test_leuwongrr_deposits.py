"""Deposits as the LeuwongRR door shows them: the list, one of them, and as invoices."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from gerai.domain.records import Deposit
from gerai.domain.states import DEPOSIT
from gerai.doors.dialects.leuwongrr.wire_deposits import WORDS
from gerai.doors.http.topping_up import deposit_code
from gerai.engine.deposits.cancel import CancelDeposit
from gerai.engine.deposits.manual import ManualDeposit
from gerai.engine.deposits.record import RecordDeposit
from gerai.engine.deposits.resolve_late import ResolveLateDeposit
from gerai.engine.deposits.start import StartDeposit
from gerai.engine.merchants.open import add_member, change_settings, set_test_clock
from gerai.kit.ids import token

NOON = datetime(2026, 4, 29, 8, 0, 0, tzinfo=UTC)
NOT_FOUND = {"success": False, "message": "Deposit tidak ditemukan."}


async def start(shop: Any, amount_sen: int = 50_000_00, **changes: Any) -> Deposit:
    """A sandbox deposit of the member by QRIS, started at 15:00 in Jakarta, open for a quarter of an hour."""
    await set_test_clock(shop.engine, shop.merchant_id, frozen_at=NOON)
    deposit_id = shop.engine.ids.next()
    fields: dict[str, Any] = {
        "channel": "leuwongrr",
        "public_id": deposit_code(deposit_id, NOON, sandbox=True),
        "account_id": shop.wallets["sandbox"],
        "method": "qris",
        "channel_code": "QRIS",
        "instructions": {"kind": "qr", "qr_text": "000201"},
        "expires_at": NOON + timedelta(minutes=15),
    }
    command = StartDeposit(
        merchant_id=shop.merchant_id, environment="sandbox", deposit_id=deposit_id, secret=token(),
        amount_sen=amount_sen, **(fields | changes),
    )  # fmt: skip
    return (await shop.engine.submit(command)).answer


async def do(shop: Any, command_type: Any, deposit: Deposit, **fields: Any) -> None:
    """Submit a command about a sandbox deposit."""
    names = {"merchant_id": shop.merchant_id, "environment": "sandbox", "deposit_id": deposit.deposit_id}
    await shop.engine.submit(command_type(**names, **fields))


async def words(shop: Any, deposit: Deposit) -> tuple[str, str]:
    """The deposit's own state and its payment status, which every read must tell alike."""
    code = deposit.public_id
    one = (await shop.get(f"/me/deposits/{code}")).json()["data"]
    [listed] = [d for d in (await shop.get("/me/deposits")).json()["data"]["deposits"] if d["invoice_code"] == code]
    invoice = (await shop.get(f"/me/invoices/{code}")).json()["data"]["invoice"]
    short = (await shop.get(f"/me/invoices/{code}/status")).json()["data"]["invoice"]
    assert listed["status"] == one["deposit"]["status"]
    assert short == one["invoice"] == {name: invoice[name] for name in short}
    assert listed["payment_status"] == short["payment_status"]
    return listed["status"], listed["payment_status"]


async def test_a_deposit_by_a_gateway(shop: Any) -> None:
    """What is to be paid in all is the page's business: the API tells what the balance gets. The page's address has the
    secret; the page to pay at is named, and once paid the time of approval."""
    deposit = await start(shop, fee_sen=2_500_00, matching_sen=987_00)
    code = deposit.public_id
    assert re.fullmatch(r"SBX-DEP20260429150000\d{3,}", code)
    url = f"http://gerai.test/user/invoice/{code}?t={deposit.secret}"
    expected: dict[str, Any] = {
        "invoice_code": code, "status": "pending", "payment_status": "pending", "amount": 50_000,
        "formatted_amount": "Rp50.000", "currency": "IDR", "payment_type": "gateway", "payment_method": "qris",
        "payment_channel": "qris", "invoice_url": url, "proof_uploaded_at": None, "approved_at": None,
        "created_at": "2026-04-29 15:00:00",
    }  # fmt: skip
    answer = (await shop.get("/me/deposits")).json()
    assert answer == {"success": True, "message": "OK", "data": {"deposits": [expected], "limit": 20}}
    invoice = (await shop.get(f"/me/invoices/{code}")).json()["data"]["invoice"]
    assert invoice == {
        "invoice_code": code, "type": "deposit", "payment_status": "pending", "amount": 50_000,
        "formatted_amount": "Rp50.000", "currency": "IDR", "payment_method": "qris", "payment_url": url,
        "invoice_url": url,
    }  # fmt: skip
    # Past its time, and once paid, nothing is left to pay at.
    await set_test_clock(shop.engine, shop.merchant_id, frozen_at=NOON + timedelta(minutes=15))
    assert (await shop.get(f"/me/invoices/{code}")).json()["data"]["invoice"] == invoice | {"payment_url": ""}
    await set_test_clock(shop.engine, shop.merchant_id, frozen_at=NOON + timedelta(minutes=5))
    await do(shop, RecordDeposit, deposit, outcome="paid")
    shown = (await shop.get(f"/me/invoices/{code}")).json()["data"]["invoice"]
    assert (shown["payment_status"], shown["payment_url"]) == ("paid", "")
    [paid] = (await shop.get("/me/deposits")).json()["data"]["deposits"]
    assert paid == expected | {"status": "approved", "payment_status": "paid", "approved_at": "2026-04-29 15:05:00"}
    assert (await shop.get("/me/balance")).json()["data"]["balance"]["amount"] == 50_000


async def test_the_contracts_example(shop: Any) -> None:
    """A bank transfer that an operator saw: manual, bank-transfer, manual."""
    await set_test_clock(shop.engine, shop.merchant_id, frozen_at=NOON)
    await shop.engine.submit(
        ManualDeposit(
            merchant_id=shop.merchant_id, environment="sandbox", account_id=shop.wallets["sandbox"],
            amount_sen=50_000_00, method="bank_transfer", channel="leuwongrr", public_id="DEP20260429150000123",
        )
    )  # fmt: skip
    [deposit] = (await shop.get("/me/deposits")).json()["data"]["deposits"]
    del deposit["invoice_url"]
    assert deposit == {
        "invoice_code": "DEP20260429150000123", "status": "approved", "payment_status": "paid", "amount": 50_000,
        "formatted_amount": "Rp50.000", "currency": "IDR", "payment_type": "manual", "payment_method": "bank-transfer",
        "payment_channel": "manual", "proof_uploaded_at": None, "approved_at": "2026-04-29 15:00:00",
        "created_at": "2026-04-29 15:00:00",
    }  # fmt: skip
    assert (await shop.get("/me/deposits/DEP20260429150000123")).json()["data"] == {
        "deposit": {
            "invoice_code": "DEP20260429150000123", "status": "approved", "amount": 50_000,
            "formatted_amount": "Rp50.000", "currency": "IDR",
        },
        "invoice": {
            "invoice_code": "DEP20260429150000123", "type": "deposit", "payment_status": "paid", "amount": 50_000,
        },
    }  # fmt: skip


async def test_a_deposit_without_a_code_of_this_contract(shop: Any) -> None:
    """Made by hand, without a code: listed by the engine's code, and found by it."""
    await shop.engine.submit(
        ManualDeposit(
            merchant_id=shop.merchant_id, environment="sandbox", account_id=shop.wallets["sandbox"], amount_sen=100,
            channel="leuwongrr",
        )
    )  # fmt: skip
    [deposit] = (await shop.get("/me/deposits")).json()["data"]["deposits"]
    assert (deposit["amount"], deposit["formatted_amount"], deposit["payment_method"]) == (1, "Rp1", "manual")
    found = await shop.get(f"/me/deposits/{deposit['invoice_code']}")
    assert (found.status_code, found.json()["data"]["deposit"]["amount"]) == (200, 1)


async def test_every_state_has_its_words(shop: Any) -> None:
    """pending, approved, rejected, expired, cancelled; money held as late is paid and pending."""
    assert set(WORDS) == DEPOSIT.states
    await change_settings(shop.engine, shop.merchant_id, {"late_payment": "hold"})
    open_one, failed, cancelled, late, paid = [await start(shop) for _ in range(5)]
    assert await words(shop, open_one) == ("pending", "pending")
    await do(shop, RecordDeposit, failed, outcome="failed")
    assert await words(shop, failed) == ("rejected", "cancelled")
    await do(shop, CancelDeposit, cancelled)
    assert await words(shop, cancelled) == ("cancelled", "cancelled")
    await do(shop, RecordDeposit, paid, outcome="paid")
    assert await words(shop, paid) == ("approved", "paid")
    await do(shop, RecordDeposit, late, outcome="expired")
    assert await words(shop, late) == ("expired", "expired")
    await do(shop, RecordDeposit, late, outcome="paid")
    assert await words(shop, late) == ("pending", "paid")
    await do(shop, ResolveLateDeposit, late, decision="refund")
    assert await words(shop, late) == ("rejected", "refunded")


async def test_lists(shop: Any) -> None:
    """Newest first, own environment only, limit clamped and echoed."""
    codes = [(await start(shop)).public_id for _ in range(3)]
    for text, count, limit in (("", 3, 20), ("?limit=2", 2, 2), ("?limit=0", 1, 1), ("?limit=500", 3, 100)):
        data = (await shop.get(f"/me/deposits{text}")).json()["data"]
        assert [deposit["invoice_code"] for deposit in data["deposits"]] == codes[::-1][:count]
        assert data["limit"] == limit
    answer = await shop.get("/me/deposits?limit=1.5")
    assert (answer.status_code, answer.json()["error"]) == (
        422,
        {"code": "VALIDATION_ERROR", "fields": {"limit": ["limit harus berupa bilangan bulat."]}},
    )


async def test_what_is_not_mine_is_not_found(shop: Any, another_shop: Callable[..., Any]) -> None:
    """Another merchant, another member and the other environment see nothing of a deposit; nor is it an order."""
    code = (await start(shop)).public_id
    other = await another_shop()
    member_id, _ = await add_member(shop.engine, shop.merchant_id, "leuwongrr", "m2", "Another")
    neighbour = await shop.new_token(member_id=member_id)
    for stranger in (other.sandbox, neighbour, shop.production):
        answer = await shop.get(f"/me/deposits/{code}", stranger)
        assert (answer.status_code, answer.json()) == (404, NOT_FOUND)
        for path in (f"/me/invoices/{code}", f"/me/invoices/{code}/status"):
            answer = await shop.get(path, stranger)
            assert (answer.status_code, answer.json()["message"]) == (404, "Invoice tidak ditemukan.")
        listed = (await shop.get("/me/deposits", stranger)).json()["data"]["deposits"]
        assert code not in [deposit["invoice_code"] for deposit in listed]
    answer = await shop.get(f"/me/orders/{code}")
    assert (answer.status_code, answer.json()["message"]) == (404, "Order tidak ditemukan.")


@pytest.mark.parametrize(
    "code", ["x", "DEP", "DEP%00", "DEP2026042911362961%ff", "a" * 3000, "DEP' OR 1=1--", "%2e%2e", "DEP%0A"]
)
async def test_codes_that_cannot_be(shop: Any, code: str) -> None:
    """Whatever stands in the path, the answer is 404 in the envelope."""
    for path in (f"/me/deposits/{code}", f"/me/invoices/{code}", f"/me/invoices/{code}/status"):
        answer = await shop.get(path)
        assert answer.status_code == 404
        assert answer.json()["success"] is False
