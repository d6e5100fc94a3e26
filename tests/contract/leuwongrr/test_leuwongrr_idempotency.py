"""Idempotency-Key: one order per key, whatever happens around it."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import httpx
import pytest
from starlette.types import Receive, Scope, Send

from app_kit import no_gateways
from gerai.doors.dialects.leuwongrr import DIALECT
from gerai.doors.dialects.leuwongrr.request import IDEMPOTENCY, as_typed, read_order
from gerai.doors.http.context import AppServices
from gerai.doors.http.door import Door
from gerai.doors.http.limits import RateLimiter
from gerai.engine.merchants.open import change_settings
from gerai.partners.lookups.roblox.simulator import SimulatedRoblox
from gerai.ports.roblox import Roblox, RobloxUnreachable

KEY = {"Idempotency-Key": "order-unique-001"}


async def test_a_replay(shop: Any) -> None:
    """The same key and order: 200, the same invoice, idempotent true, and one order in all."""
    first = await shop.post(headers=KEY)
    again = await shop.post(headers=KEY)
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json()["data"]["invoice"] == again.json()["data"]["invoice"]
    assert (first.json()["data"]["idempotent"], again.json()["data"]["idempotent"]) == (False, True)
    assert (first.headers.get("idempotency-replayed"), again.headers["idempotency-replayed"]) == (None, "true")
    assert await shop.count("orders") == 1


async def test_spelling_does_not_matter(shop: Any) -> None:
    """Alias, defaults and digits as strings are the same order."""
    first = await shop.post(headers=KEY)
    body = {
        "roblox_username": " LeuwongUser ",
        "place_id": "123456789",
        "gamepass_id": 987654321,
        "client_reference": "bot-order-001",
    }
    again = await shop.post(body, headers=KEY)
    assert again.status_code == 200
    assert again.json()["data"]["invoice"] == first.json()["data"]["invoice"]


@pytest.mark.parametrize("changes", [{"place_id": 1}, {"client_reference": "other"}, {"roblox_pass_id": 404404404}])
async def test_another_order_under_the_same_key(shop: Any, changes: dict[str, Any]) -> None:
    """The same key with another order is refused, also when that order would be refused anyway."""
    await shop.post(headers=KEY)
    answer = await shop.post(headers=KEY, **changes)
    assert (answer.status_code, answer.json()["error"]) == (422, {"code": "IDEMPOTENCY_KEY_REUSED"})
    assert await shop.count("orders") == 1


async def test_a_refused_attempt_stores_nothing(shop: Any) -> None:
    """After a refusal a corrected retry with the same key works."""
    assert (await shop.post(headers=KEY, roblox_pass_id=404404404)).status_code == 422
    assert await shop.count("idempotency_keys") == 0
    assert (await shop.post(headers=KEY)).status_code == 201


async def test_environments_do_not_share_keys(shop: Any) -> None:
    """The same key makes one order in the sandbox and one in production."""
    assert (await shop.post(headers=KEY)).status_code == 201
    assert (await shop.post(headers=KEY, token=shop.production)).status_code == 201


async def test_tokens_of_a_member_share_keys(shop: Any) -> None:
    """The scope is the account, not the token."""
    await shop.post(headers=KEY)
    assert (await shop.post(headers=KEY, token=await shop.new_token("sandbox"))).status_code == 200


async def test_members_and_merchants_do_not_share_keys(shop: Any, another_shop: Callable[..., Any]) -> None:
    """Somebody else's key is another key."""
    other = await another_shop()
    assert (await shop.post(headers=KEY)).status_code == 201
    assert (await other.post(headers=KEY)).status_code == 201


async def test_twice_at_once(shop: Any) -> None:
    """Fifty orders, each sent twice at once: fifty orders, each answered 201 and 200 with one invoice."""

    async def pair(number: int) -> list[httpx.Response]:
        headers = {"Idempotency-Key": f"pair-{number}"}
        return await asyncio.gather(shop.post(headers=headers), shop.post(headers=headers))

    pairs = await asyncio.gather(*(pair(number) for number in range(50)))
    assert [sorted(answer.status_code for answer in answers) for answers in pairs] == [[200, 201]] * 50
    codes = [{answer.json()["data"]["invoice"]["invoice_code"] for answer in answers} for answers in pairs]
    assert [len(found) for found in codes] == [1] * 50
    assert await shop.count("orders") == 50


async def test_a_balance_is_debited_once(shop: Any) -> None:
    """Ten retries of one balance order take the money once."""
    headers = {"X-Discord-User-ID": shop.discord, **KEY}
    answers = await asyncio.gather(
        *(shop.post(token=shop.production, headers=headers, payment_method="balance") for _ in range(10))
    )
    assert sorted(answer.status_code for answer in answers) == [200] * 9 + [201]
    assert (await shop.get("/me/balance", shop.production)).json()["data"]["balance"]["amount"] == 35000


async def test_a_gateway_payment_is_started_once(shop: Any) -> None:
    """Ten retries of one gateway order have one payment between them, and all show it."""
    answers = await asyncio.gather(
        *(shop.post(token=shop.production, headers=KEY, payment_method="qris") for _ in range(10))
    )
    assert len({answer.json()["data"]["gateway"]["qr_string"] for answer in answers}) == 1
    assert (await shop.count("orders"), await shop.count("payments")) == (1, 1)


@pytest.mark.parametrize(("code", "spelt"), [("va-bca", ["va_bca", "VA-BCA"]), ("qris", ["QRIS", "Qris"])])
async def test_a_spelling_of_the_method_makes_no_other_order(shop: Any, code: str, spelt: list[str]) -> None:
    """However the method is typed, the key names one order, and every answer shows the method's own code."""
    first = await shop.post(token=shop.production, headers=KEY, payment_method=spelt[0])
    others = [await shop.post(token=shop.production, headers=KEY, payment_method=m) for m in (code, *spelt)]
    assert [answer.status_code for answer in (first, *others)] == [201, 200, 200, 200]
    for data in [answer.json()["data"] for answer in (first, *others)]:
        assert data["invoice"]["payment_method"] == data["gateway"]["code"] == code
    [read] = (await shop.get("/me/orders", shop.production)).json()["data"]["orders"]
    assert read["payment_method"] == code
    assert (await shop.count("orders"), await shop.count("payments")) == (1, 1)


async def test_invoice_and_balance_in_any_case(shop: Any) -> None:
    """``Invoice`` is taken in the sandbox, too; ``BALANCE`` debits the wallet, once."""
    invoice = [await shop.post(headers=KEY, payment_method=method) for method in ("Invoice", "INVOICE", "invoice")]
    assert [answer.status_code for answer in invoice] == [201, 200, 200]
    assert {answer.json()["data"]["invoice"]["payment_method"] for answer in invoice} == {"invoice"}
    headers = {"X-Discord-User-ID": shop.discord, **KEY}
    paid = [
        await shop.post(token=shop.production, headers=headers, payment_method=method)
        for method in ("Balance", "BALANCE", "balance")
    ]
    assert [answer.status_code for answer in paid] == [201, 200, 200]
    assert {answer.json()["data"]["invoice"]["payment_method"] for answer in paid} == {"balance"}
    assert (await shop.get("/me/balance", shop.production)).json()["data"]["balance"]["amount"] == 35000


async def test_a_key_kept_with_the_method_as_it_was_typed(shop: Any) -> None:
    """A version before kept the digest and the method as typed: its key still names its order for the same request, and
    shows the method's code; another order under it stays refused."""
    first = await shop.post(token=shop.production, headers=KEY, payment_method="va-bca")
    digest = IDEMPOTENCY.digest(as_typed(read_order(json.loads(first.request.content) | {"payment_method": "VA_BCA"})))
    async with shop.engine.connection() as connection:
        await connection.execute(
            "UPDATE idempotency_keys SET fingerprint = %s WHERE merchant_id = %s", (digest, shop.merchant_id)
        )
        await connection.execute(
            "UPDATE orders SET details = jsonb_set(details, '{payment_method}', '\"VA_BCA\"') WHERE merchant_id = %s",
            (shop.merchant_id,),
        )
    again = await shop.post(token=shop.production, headers=KEY, payment_method="VA_BCA")
    assert (again.status_code, again.json()["data"]["idempotent"]) == (200, True)
    assert again.json()["data"]["invoice"] == first.json()["data"]["invoice"]
    other = await shop.post(token=shop.production, headers=KEY, payment_method="VA_BCA", place_id=1)
    assert (other.status_code, other.json()["error"]) == (422, {"code": "IDEMPOTENCY_KEY_REUSED"})
    assert await shop.count("orders") == 1


async def test_the_stored_answer_wins_over_a_closed_shop(shop: Any) -> None:
    """A retry learns of its order even when the same order would be refused today."""
    first = await shop.post(headers=KEY)
    await change_settings(shop.engine, shop.merchant_id, {"robux_rate_sen": 0})
    again = await shop.post(headers=KEY)
    assert again.status_code == 200
    assert again.json()["data"]["invoice"] == first.json()["data"]["invoice"]
    assert (await shop.post()).json()["error"] == {"code": "PRODUCT_UNAVAILABLE"}


async def test_a_new_rate_does_not_change_a_replay(shop: Any) -> None:
    """The price is frozen into the order."""
    await shop.post(headers=KEY)
    await change_settings(shop.engine, shop.merchant_id, {"robux_rate_sen": 99_900})
    assert (await shop.post(headers=KEY)).json()["data"]["invoice"]["amount"] == 15000


class RobloxWithOutage(SimulatedRoblox):
    """The simulator, with an outage that can be switched on."""

    down = False

    async def look_up(self, *asked: Any, **more: Any) -> Any:
        if self.down:
            raise RobloxUnreachable("switched off")
        return await super().look_up(*asked, **more)


class PartnersWithOutage:
    """Partners whose Roblox can be switched off."""

    def __init__(self) -> None:
        self.payment_methods: dict[str, Any] = {}
        self.fulfilment: dict[str, Any] = {}
        self.one = RobloxWithOutage()

    def lookup(self, name: str, *, simulated: bool) -> Roblox:
        assert (name, simulated) == ("roblox", True)
        return self.one


async def test_the_stored_answer_wins_over_an_outage(shop: Any, settings: Any) -> None:
    """While Roblox is down, a retry gets its order; a new order gets 503."""
    partners = PartnersWithOutage()
    door = Door(DIALECT, AppServices(shop.engine, RateLimiter(), settings, partners, no_gateways(shop.engine)))

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        await door(scope, receive, send)

    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://gerai.test") as client:
        shop = replace(shop, client=client)
        first = await shop.post(headers=KEY)
        partners.one.down = True
        again = await shop.post(headers=KEY)
        assert again.status_code == 200
        assert again.json()["data"]["invoice"] == first.json()["data"]["invoice"]
        assert (await shop.post(headers={"Idempotency-Key": "another"})).status_code == 503
        assert (await shop.post(headers=KEY, place_id=5)).json()["error"] == {"code": "IDEMPOTENCY_KEY_REUSED"}
    assert await shop.count("orders") == 1


@pytest.mark.parametrize("key", ["x" * 256, "a\tb", "kunci-é".encode("latin-1")])
async def test_bad_keys(shop: Any, key: str | bytes) -> None:
    """A key is at most 255 printable ASCII characters; anything else is refused and nothing is ordered."""
    answer = await shop.post(headers={"Idempotency-Key": key})
    assert (answer.status_code, answer.json()["error"]["code"]) == (422, "VALIDATION_ERROR")
    assert list(answer.json()["error"]["fields"]) == ["Idempotency-Key"]
    assert await shop.count("orders") == 0
