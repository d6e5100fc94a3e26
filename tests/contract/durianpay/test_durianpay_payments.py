"""Payments through the Durianpay door, on the running engine (contract §6.2 to §7)."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import re
from typing import Any

import httpx
import pytest
from durianpay_shop import Shop, fetched, open_shop, started

from gerai.domain.refusals import StateConflict
from gerai.domain.states import ORDER, PAYMENT
from gerai.doors.dialects.durianpay.errors import ERRORS
from gerai.doors.dialects.durianpay.routes import LATER
from gerai.engine.core import Engine
from gerai.engine.merchants.open import set_test_clock


async def test_simulated_payment_completes_the_order(shop: Shop) -> None:
    """Payment and order are completed, a second attempt and a second charge are refused, the money is booked once."""
    order = await shop.order()
    answer = await started(shop, order)
    body = {"Account_Number": answer["account_number"], "amount": 10001, "force_fail": False}
    first = await shop.ask("POST", "/v1/payments/va/simulate", body)
    second = await shop.ask("POST", "/v1/payments/va/static/simulate", body)
    status = (await shop.ask("GET", f"/payments/{answer['payment_id']}/status")).json()["data"]
    charged = await shop.charge(order)
    assert (first.status_code, first.json()) == (200, {"data": {"status": "Payment Successful"}})
    assert (second.status_code, second.json()["data"]["reason"]) == (422, "VA is completed")
    assert (status["status"], status["is_completed"], status["error_code"]) == ("completed", True, "")
    assert (charged.status_code, charged.json()["error"]) == (400, "order is completed")
    listed = (await shop.ask("GET", "/orders")).json()["data"]["orders"][0]
    assert (listed["status"], listed["payment_status"], listed["payment_method_id"]) == (
        "completed",
        "completed",
        "BCA",
    )
    assert (await shop.rows())["transfers"] == 1


async def test_forced_failure(shop: Shop) -> None:
    """The payment failed with a reason of strings; the order stays open for another one."""
    order = await shop.order()
    answer = await started(shop, order)
    body = {"account_number": answer["account_number"], "amount": "10001", "force_fail": True}
    response = await shop.ask("POST", "/payments/va/simulate", body)
    payment = await fetched(shop, answer["payment_id"])
    assert (response.status_code, response.json()["data"]["status"]) == (422, "Payment Unsuccessful")
    assert (payment["status"], payment["failure_reason"]) == (
        "failed",
        {"code": "20013", "message": "provider error"},
    )
    assert (await shop.charge(order)).status_code == 200


async def test_simulation_is_for_test_keys(shop: Shop) -> None:
    """403 with a live key, and the payment is still processing; nobody's number is 422."""
    live = shop.other_environment()
    answer = await started(live, await live.order())
    body = {"account_number": answer["account_number"], "amount": "10001"}
    refused = await live.ask("POST", "/payments/va/simulate", body)
    unknown = await shop.ask("POST", "/payments/va/simulate", body)
    assert (refused.status_code, refused.json()["error_code"]) == (403, "DPAY_FORBIDDEN")
    assert (unknown.status_code, unknown.json()["error_code"]) == (422, "DPAY_VA_NOT_FOUND")
    assert (await fetched(live, answer["payment_id"]))["status"] == "processing"


async def test_cancel(shop: Shop) -> None:
    """PUT without a body; the order stays open; a second time is refused."""
    order = await shop.order()
    payment_id = (await started(shop, order))["payment_id"]
    first = await shop.ask("PUT", f"/v1/payments/{payment_id}/cancel", headers={"Content-Type": "application/json"})
    second = await shop.ask_raw("PUT", f"/payments/{payment_id}/cancel", b"{broken")
    assert (first.status_code, first.json()["data"]["status"]) == (200, "cancelled")
    assert (first.json()["data"]["order_id"], first.json()["data"]["id"]) == (order["id"], payment_id)
    assert (second.status_code, second.json()["error_code"], second.json()["error"]) == (
        400,
        "DPAY_INVALID_REQUEST",
        "payment is cancelled",
    )
    assert (await shop.charge(order)).status_code == 200


async def test_a_completed_payment_cannot_be_cancelled(shop: Shop) -> None:
    """400, and it stays completed."""
    answer = await started(shop, await shop.order())
    await shop.ask("POST", "/payments/va/simulate", {"account_number": answer["account_number"], "amount": "10001"})
    response = await shop.ask("PUT", f"/payments/{answer['payment_id']}/cancel")
    assert (response.status_code, response.json()["error"]) == (400, "payment is completed")
    assert (await fetched(shop, answer["payment_id"]))["status"] == "completed"


async def test_a_lapsed_payment_is_expired(shop: Shop) -> None:
    """Retail lasts 24 hours: afterwards it reads expired and cannot be cancelled; the order can still be charged."""
    order = await shop.order()
    payment_id = (await started(shop, order, "RETAILSTORE"))["payment_id"]
    await set_test_clock(shop.engine, shop.merchant_id, offset_s=25 * 3600)
    payment = await fetched(shop, payment_id)
    assert (payment["status"], payment["failure_reason"]["code"]) == ("expired", "20012")
    assert (await shop.ask("PUT", f"/payments/{payment_id}/cancel")).status_code == 400
    assert (await shop.charge(order)).status_code == 200


async def test_signature_and_verify(shop: Shop) -> None:
    """HMAC-SHA256 over id|amount with the API key; verify compares, and answers false to anything else."""
    answer = await started(shop, await shop.order())
    path = f"/v1/payments/{answer['payment_id']}"
    given = (await shop.ask("GET", f"{path}/status")).json()["data"]["signature"]
    message = f"{answer['payment_id']}|10001.00".encode()
    assert given == hmac.new(shop.keys["sandbox"].encode(), message, hashlib.sha256).hexdigest()
    for claim, verdict in [(given, True), (given[:-1], False), ("é", False), (None, False), (7, False)]:
        response = await shop.ask("POST", f"{path}/verify", {"verification_signature": claim})
        assert (response.status_code, response.json()) == (200, {"data": verdict})
    refused = await shop.ask("POST", f"{path}/verify", {"verification_signature": {"a": 1}})
    assert (refused.status_code, refused.json()["errors"][0]["field"]) == (400, "verification_signature")


async def test_fetch_with_expand_and_list(shop: Shop) -> None:
    """The charge type on its own, the details name in a list; customer and order only when asked for."""
    order = await shop.order()
    payment_id = (await started(shop, order))["payment_id"]
    plain = await fetched(shop, payment_id)
    full = await fetched(shop, payment_id, "?expand=customer&expand=order")
    listed = (await shop.ask("GET", "/payments")).json()["data"]
    assert plain["payment_details_type"] == "VA"
    assert "customer" not in plain
    assert "order" not in plain
    assert (full["customer"]["email"], full["order"]["status"]) == ("jane_doe@nomail.com", "processing")
    assert full["order"]["merchant_id"] == full["merchant_id"]
    assert listed["total"] == 1
    assert {k: listed["payments"][0][k] for k in ("id", "payment_details_type", "customer_id", "order_ref_id")} == {
        "id": payment_id,
        "payment_details_type": "va_details",
        "customer_id": order["customer_id"],
        "order_ref_id": "order_ref_001",
    }


@pytest.mark.parametrize(
    ("method", "tail", "malformed_code"),
    [
        ("GET", "", "DPAY_INVALID_REQUEST"),
        ("GET", "/status", "DPAY_INVALID_PAYMENT_ID"),
        ("PUT", "/cancel", "DPAY_INVALID_PAYMENT_ID"),
    ],
)
async def test_unknown_and_malformed_payments(
    client: httpx.AsyncClient, engine: Engine, shop: Shop, method: str, tail: str, malformed_code: str
) -> None:
    """Malformed 400, unknown 404, and so is another merchant's and the other mode's, which stays as it was."""
    payment_id = (await started(shop, await shop.order()))["payment_id"]
    stranger = await open_shop(client, engine)
    malformed = await shop.ask(method, f"/payments/abc{tail}")
    assert (malformed.status_code, malformed.json()["error_code"], malformed.json()["error"]) == (
        400,
        malformed_code,
        "invalid payment id",
    )
    for asking, wanted in [
        (shop, "pay_0000000000000000"[:18]),
        (stranger, payment_id),
        (shop.other_environment(), payment_id),
    ]:
        response = await asking.ask(method, f"/payments/{wanted}{tail}")
        assert (response.status_code, response.json()["error_code"]) == (404, "DPAY_PAYMENT_NOT_FOUND")
    assert (await fetched(shop, payment_id))["status"] == "processing"


async def test_the_same_charge_twice_at_once(shop: Shop) -> None:
    """Under one idempotency key: one payment and one answer; another body under it is 422."""
    order = await shop.order()
    body = {"type": "VA", "request": {"order_id": order["id"], "amount": "10001", "bank_code": "BRI", "name": "J"}}
    options: dict[str, Any] = {"headers": {"X-Idempotency-Key": "charge-1"}}
    await started(shop, order, "QRIS")
    answers = await asyncio.gather(*(shop.ask("POST", "/payments/charge", body, **options) for _ in range(10)))
    await started(shop, order, "CARD")
    later = await shop.ask("POST", "/payments/charge", body, **options)
    other = await shop.ask(
        "POST", "/payments/charge", {**body, "request": {**body["request"], "bank_code": "BNI"}}, **options
    )
    assert {answer.status_code for answer in answers} == {200}
    assert len({answer.text for answer in (*answers, later)}) == 1
    assert other.status_code == 422
    assert (await shop.rows())["payments"] == 3


async def test_sandbox_options_ask_for_an_outcome(shop: Shop) -> None:
    """Each sandbox charge with options defers one settlement; without options, and with a live key, none is."""

    async def jobs() -> int:
        async with shop.engine.connection() as connection:
            cursor = await connection.execute(
                "SELECT count(*) FROM procrastinate_jobs WHERE args ->> 'merchant_id' = %s", (str(shop.merchant_id),)
            )
            row = await cursor.fetchone()
        return row[0] if row else -1

    options = {"force_fail": True, "delay_ms": 10_000}
    await started(shop, await shop.order())
    assert await jobs() == 0
    await started(shop, await shop.order(), sandbox_options=options)
    assert await jobs() == 1
    live = shop.other_environment()
    await started(live, await live.order(), sandbox_options=options)
    assert await jobs() == 1


async def test_a_simulation_that_fails_is_an_error_to_every_client(shop: Shop) -> None:
    """The contract's ``data``, and beside it what PHP destructures and Go and JS decode of any answer above 400: an
    unknown number, another amount, a forced failure, and one that is over already."""
    answer = await started(shop, await shop.order())
    body = {"account_number": answer["account_number"], "amount": "10001"}
    tries: list[tuple[dict[str, Any], str]] = [
        (body | {"account_number": "390170000"}, "VA Not found"),
        (body | {"amount": 9000}, "Amount mismatch"),
        (body | {"force_fail": True}, "Forced failure"),
        (body, "VA is failed"),
    ]
    for sent, reason in tries:
        response = await shop.ask("POST", "/payments/va/simulate", sent)
        told = response.json()
        assert (response.status_code, told["data"]) == (422, {"status": "Payment Unsuccessful", "reason": reason})
        assert told["error"] == reason
        assert re.fullmatch("DPAY_[A-Z_]+", told["error_code"])
        assert re.fullmatch("dp_[0-9A-Za-z]{14}", told["request_id"])


def test_a_refusal_speaks_the_contracts_words() -> None:
    """What an order or payment is called in reads is what an error calls it; no state of the engine's leaks."""
    for thing, table in (("order", ORDER), ("payment", PAYMENT)):
        for state in table.states:
            error = ERRORS.find(StateConflict(thing, "x", state, "cancel")).error
            assert error.removeprefix(f"{thing} is ") in {
                "started", "processing", "completed", "failed", "cancelled", "expired",
            }  # fmt: skip


@pytest.mark.parametrize(
    ("kind", "request_changes", "error"),
    [
        ("VA", {"bank_code": "BANKKU"}, "bank_code is not supported"),
        ("VA", {"amount": "9000"}, "amount must be 10001.00"),
        ("VA", {"amount": "many"}, "amount invalid"),
        ("EWALLET", {"wallet_type": "GOLD"}, "wallet_type is not supported"),
        ("CASH", {}, "type must be one of VA, EWALLET, RETAILSTORE, ONLINE_BANKING, QRIS, CARD, BNPL, RETAIL_STORE"),
        ("VA", {"bank_code": "", "amount": "many"}, "required fields missing"),
    ],
)
async def test_each_fault_of_a_charge_has_its_text(
    shop: Shop, kind: str, request_changes: dict[str, Any], error: str
) -> None:
    """Only what is missing is called missing (it told so of a wrong bank, amount and type as well)."""
    response = await shop.charge(await shop.order(), kind, **request_changes)
    assert (response.status_code, response.json()["error"]) == (400, error)
    assert response.json()["errors"]
    assert (await shop.rows())["payments"] == 0


@pytest.mark.parametrize("path", sorted(LATER))
async def test_later_routes_are_no_payments(shop: Shop, path: str) -> None:
    """`/payments/va` is a list that comes later, not a payment with a malformed id: unknown, by whichever method."""
    for method in ("GET", "POST", "PATCH"):
        response = await shop.ask(method, path)
        assert (response.status_code, response.json()["error_code"]) == (404, "DPAY_NOT_FOUND"), method


@pytest.mark.parametrize("path", ["/payments/charge", "/v1/payments/charge", "/v1/payments/va/simulate"])
async def test_a_fixed_path_is_no_payment(shop: Shop, path: str) -> None:
    """Asked with another method it says which one it has."""
    response = await shop.ask("GET", path)
    assert (response.status_code, response.headers["allow"]) == (405, "OPTIONS, POST")
    assert response.json()["error_code"] == "DPAY_METHOD_NOT_ALLOWED"
