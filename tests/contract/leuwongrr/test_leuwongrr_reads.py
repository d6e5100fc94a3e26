"""Tokens, limits and reads of the LeuwongRR door."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from gerai.domain.filters import Scope
from gerai.engine.keys.manage import list_keys, revoke_key
from gerai.engine.merchants.open import add_member, changing, set_test_clock
from gerai.engine.orders.expire import ExpireOrder

READS = ["/me", "/me/balance", "/me/orders", "/me/orders/INV20260429113629619", "/me/invoices/INV20260429113629619",
         "/me/invoices/INV20260429113629619/status", "/me/deposits", "/me/deposits/DEP20260429150000123"]  # fmt: skip
UNAUTHORIZED = {"success": False, "message": "Unauthorized API token."}


@pytest.mark.parametrize("path", READS)
async def test_every_read_needs_a_token(client: httpx.AsyncClient, path: str) -> None:
    """No token, a wrong one, a token of another kind of header: 401 with the documented text."""
    for headers in ({}, {"Authorization": "Bearer lrrs_v1_wrong"}, {"Authorization": "Basic abc"}):
        answer = await client.get(f"/api/v1{path}", headers=headers)
        assert (answer.status_code, answer.json()) == (401, UNAUTHORIZED)


async def test_a_token_in_the_query_is_ignored(shop: Any) -> None:
    """A token in the query string authenticates nobody."""
    answer = await shop.client.get("/api/v1/me", params={"token": shop.sandbox, "api_token": shop.sandbox})
    assert (answer.status_code, answer.json()) == (401, UNAUTHORIZED)


async def test_the_spare_header(shop: Any) -> None:
    """X-User-API-Token works; Authorization wins when both are sent."""
    spare = {"X-User-API-Token": shop.sandbox}
    assert (await shop.client.get("/api/v1/me", headers=spare)).status_code == 200
    both = spare | {"Authorization": "Bearer lrrs_v1_wrong"}
    assert (await shop.client.get("/api/v1/me", headers=both)).status_code == 401


async def test_revoked_and_expired_tokens(shop: Any) -> None:
    """Both are 401 at once."""
    expired = await shop.new_token(expires_at=datetime.now(UTC) - timedelta(seconds=1))
    assert (await shop.get("/me", expired)).status_code == 401
    revoked = await shop.new_token(name="to be revoked")
    assert (await shop.get("/me", revoked)).status_code == 200
    [key] = [key for key in await list_keys(shop.engine, shop.merchant_id) if key.name == "to be revoked"]
    await revoke_key(shop.engine, shop.merchant_id, key.key_id)
    assert (await shop.get("/me", revoked)).status_code == 401


async def test_an_inactive_owner(shop: Any) -> None:
    """The owner of the token must be active."""
    async with changing(shop.engine, shop.merchant_id) as connection:
        await connection.execute("UPDATE members SET status = 'blocked' WHERE merchant_id = %s", (shop.merchant_id,))
    expected = {"success": False, "message": "Akun pemilik token tidak aktif atau belum memenuhi syarat API."}
    for answer in (await shop.get("/me/balance"), await shop.post()):
        assert (answer.status_code, answer.json()) == (403, expected)
    assert await shop.count("orders") == 0


async def test_me_and_balance(shop: Any) -> None:
    """The clear e-mail address in /me; the balance of the token's environment, to the rupiah."""
    assert (await shop.get("/me")).json()["data"] == {
        "user": {"id": shop.member_id, "name": "LeuwongRR User", "email": "user@example.com"}
    }
    answer = (await shop.get("/me/balance", shop.production)).json()["data"]
    assert answer["balance"] == {"amount": 50000, "formatted": "Rp50.000", "currency": "IDR"}
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+07:00", answer["updated_at"])
    assert (await shop.get("/me/balance")).json()["data"]["balance"]["amount"] == 0


async def test_validate(shop: Any) -> None:
    """What the token is, whose it is (e-mail masked) and what comes next; its 401 has its own text."""
    url = "/api/v1/auth/token/validate"
    answer = await shop.client.post(url, headers={"Authorization": f"Bearer {shop.production}"})
    data = answer.json()["data"]
    assert re.fullmatch(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d", data["token"].pop("last_used_at"))
    assert data == {
        "valid": True,
        "connected": True,
        "base_url": "http://gerai.test/api/v1",
        "token": {"name": "User API Token", "prefix": "lrrp_v1_", "environment": "production"},
        "user": {
            "id": shop.member_id,
            "name": "LeuwongRR User",
            "email": "us***@example.com",
            "status": "active",
            "balance": 50000,
            "currency": "IDR",
        },
        "next_steps": [
            "GET /api/v1/me",
            "GET /api/v1/me/balance",
            "POST /api/v1/me/orders",
            "GET /api/v1/me/invoices/{invoice}/status",
        ],
    }
    refused = await shop.client.post(url, headers={"Authorization": "Bearer wrong"})
    assert (refused.status_code, refused.json()) == (
        401,
        {"success": False, "message": "Unauthorized user API token."},
    )


async def test_reads_of_an_order(shop: Any) -> None:
    """Order, invoice and status agree with what was created."""
    invoice = (await shop.post()).json()["data"]["invoice"]
    code = invoice["invoice_code"]
    assert (await shop.get(f"/me/invoices/{code}")).json()["data"] == {"invoice": invoice}
    assert (await shop.get(f"/me/invoices/{code}/status")).json()["data"] == {
        "invoice": {"invoice_code": code, "type": "order", "payment_status": "pending", "amount": 15000}
    }
    order = (await shop.get(f"/me/orders/{code}")).json()["data"]["order"]
    assert (order["invoice_code"], order["status"], order["payment_status"]) == (code, "pending", "pending")
    assert (order["client_reference"], order["invoice_url"]) == ("bot-order-001", invoice["invoice_url"])


async def test_lists(shop: Any) -> None:
    """Newest first, own environment only, limit clamped and echoed."""
    codes = [(await shop.post()).json()["data"]["invoice"]["invoice_code"] for _ in range(3)]
    await shop.post(token=shop.production)
    for text, count, limit in (("", 3, 20), ("?limit=2", 2, 2), ("?limit=0", 1, 1), ("?limit=500", 3, 100)):
        data = (await shop.get(f"/me/orders{text}")).json()["data"]
        assert [order["invoice_code"] for order in data["orders"]] == codes[::-1][:count]
        assert data["limit"] == limit
    answer = await shop.get("/me/orders?limit=abc")
    assert (answer.status_code, answer.json()["error"]) == (
        422,
        {"code": "VALIDATION_ERROR", "fields": {"limit": ["limit harus berupa bilangan bulat."]}},
    )


async def test_what_is_not_mine_is_not_found(shop: Any, another_shop: Callable[..., Any]) -> None:
    """Another merchant, another member and the other environment see nothing of an order."""
    code = (await shop.post()).json()["data"]["invoice"]["invoice_code"]
    other = await another_shop()
    member_id, _ = await add_member(shop.engine, shop.merchant_id, "leuwongrr", "m2", "Another")
    neighbour = await shop.new_token(member_id=member_id)
    for token in (other.sandbox, neighbour, shop.production):
        for path, text in (
            (f"/me/orders/{code}", "Order tidak ditemukan."),
            (f"/me/invoices/{code}", "Invoice tidak ditemukan."),
            (f"/me/invoices/{code}/status", "Invoice tidak ditemukan."),
        ):
            answer = await shop.get(path, token)
            assert (answer.status_code, answer.json()) == (404, {"success": False, "message": text})
        assert (await shop.get("/me/orders", token)).json()["data"]["orders"] == []


@pytest.mark.parametrize(
    "code", ["x", "INV", "INV%00", "INV2026042911362961%ff", "a" * 3000, "INV' OR 1=1--", "%2e%2e"]
)
async def test_codes_that_cannot_be(shop: Any, code: str) -> None:
    """Whatever stands in the path, the answer is 404 in the envelope."""
    answer = await shop.get(f"/me/orders/{code}")
    assert answer.status_code == 404
    assert answer.json()["success"] is False


async def test_an_expired_order(shop: Any) -> None:
    """After its time an unpaid order and its invoice read expired."""
    code = (await shop.post()).json()["data"]["invoice"]["invoice_code"]
    view = await shop.engine.orders.by_public_id(Scope(shop.merchant_id, "sandbox", "leuwongrr"), code)
    assert view is not None
    await set_test_clock(shop.engine, shop.merchant_id, offset_s=25 * 3600)
    await shop.engine.submit(
        ExpireOrder(merchant_id=shop.merchant_id, environment="sandbox", order_id=view.order.order_id)
    )
    order = (await shop.get(f"/me/orders/{code}")).json()["data"]["order"]
    assert (order["status"], order["payment_status"]) == ("expired", "expired")


async def test_the_contracts_rate_limit(shop: Any) -> None:
    """Ten orders a minute, then 429 with the documented body and headers, and no eleventh order."""
    token = await shop.new_token(limits={})
    answers = [await shop.post(token=token) for _ in range(11)]
    if {answer.headers["x-ratelimit-reset"] for answer in answers} != {answers[0].headers["x-ratelimit-reset"]}:
        pytest.skip("the minute changed while counting")
    assert [answer.status_code for answer in answers] == [201] * 10 + [429]
    assert [answer.headers["x-ratelimit-remaining"] for answer in answers] == [str(n) for n in (*range(9, -1, -1), 0)]
    refused = answers[-1]
    assert refused.json() == {
        "success": False,
        "message": "Terlalu banyak request. Silakan coba lagi beberapa saat.",
    }
    assert refused.headers["x-ratelimit-limit"] == "10"
    assert 1 <= int(refused.headers["retry-after"]) <= 60
    assert await shop.count("orders") == 10
    assert (await shop.get("/me", token)).status_code == 200


async def test_limits_can_be_set(shop: Any, another_shop: Callable[..., Any]) -> None:
    """A key's own limit wins over the merchant's, which wins over the contract's."""
    other = await another_shop(leuwongrr_limits={"user_read": 7})
    assert (await other.get("/me", await other.new_token(limits={}))).headers["x-ratelimit-limit"] == "7"
    own = await other.new_token(limits={"user_read": 3})
    assert (await other.get("/me", own)).headers["x-ratelimit-limit"] == "3"
    assert "x-ratelimit-limit" not in (await shop.get("/me")).headers


async def test_health(client: httpx.AsyncClient) -> None:
    """Public."""
    answer = await client.get("/api/v1/health")
    assert answer.json() == {
        "success": True,
        "message": "OK",
        "data": {"service": "LeuwongRR REST API v1", "enabled": True},
    }


async def test_unknown_paths_and_methods(shop: Any) -> None:
    """In the envelope too; a wrong method names the right ones."""
    answer = await shop.get("/me/nothing")
    assert (answer.status_code, answer.json()["error"]) == (404, {"code": "ENDPOINT_NOT_FOUND"})
    answer = await shop.client.delete("/api/v1/me/balance")
    assert (answer.status_code, answer.json()["error"]) == (405, {"code": "METHOD_NOT_ALLOWED"})
    assert answer.headers["allow"] == "GET, HEAD, OPTIONS"


async def test_one_trailing_slash_is_tolerated(shop: Any) -> None:
    """In every path, with the same answer; two are another path."""
    code = (await shop.post()).json()["data"]["invoice"]["invoice_code"]
    for path in ("/me", "/me/orders", f"/me/orders/{code}", f"/me/invoices/{code}/status"):
        assert (await shop.get(f"{path}/")).json() == (await shop.get(path)).json()
    assert (await shop.get("/me//")).status_code == 404
