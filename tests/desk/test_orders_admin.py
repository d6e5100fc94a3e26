"""An order through `/admin/v1`: listed, looked at, taken on by a key that may, and by no other."""

from __future__ import annotations

from typing import Any

import httpx
from orders_kit import BUDI, PARCEL, placed, shop_of

from desk_kit import open_desk, written
from gerai.domain.permissions import PERMISSIONS
from gerai.domain.records import Environment
from gerai.engine.check import check
from gerai.engine.desk.house import Within
from gerai.engine.keys.manage import create_key


async def key_of(
    within: Within, scopes: tuple[str, ...] = PERMISSIONS, environment: Environment = "production"
) -> dict[str, str]:
    """The headers of a new key with these scopes."""
    form = within.house.doors["admin"].make(environment)
    named = {"name": "bot", "prefix": form.prefix, "permissions": scopes}
    await create_key(within.engine, within.merchant_id, environment, "admin", form.token, **named)
    return {"Authorization": f"Bearer {form.token}"}


async def test_an_order_is_taken_from_its_door_to_its_buyer(client: httpx.AsyncClient, within: Within) -> None:
    """Found in the list, shown, packed, sent and completed; each step is one more that the order says can be done, and
    is written down with the key that took it."""
    shop, headers = await shop_of(within), await key_of(within)
    order = await placed(shop, "free", channel="scalev", status="confirmed", parcel=PARCEL, contact=BUDI)

    async def see(path: str) -> Any:
        answer = await client.get(f"/admin/v1/orders{path}", headers=headers)
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def act(name: str, status: int = 200, once: str = "", **given: Any) -> Any:
        asked = headers | ({"Idempotency-Key": once} if once else {})
        answer = await client.post(f"/admin/v1/acts/orders.{name}", headers=asked, json={"id": order.order_id, **given})
        assert answer.status_code == status, answer.text
        return answer.json()

    found = await see("?status=confirmed&status=ready&text=santoso&since=2020-01-01&limit=1")
    [row] = found["rows"]
    assert (row["id"], row["customer"], row["status"], found["next"]) == (
        order.order_id, "Budi Santoso", "confirmed", "",
    )  # fmt: skip
    one = await see(f"/{order.order_id}")
    assert (one["number"], one["contact"]["phone"]) == (order.number, "+6281234567890")
    assert (one["parcel"]["courier"], "orders.process" in one["can"]) == ("jne", True)
    await act("process")
    assert (await act("process", 409))["code"] == "state_conflict"
    first, again = [await act("ship", once="k", receipt="JX1") for _ in range(2)]
    assert (first, again) == ({"id": str(order.order_id)}, {"id": str(order.order_id), "replayed": True})
    assert (await act("complete", result={"code": "77"})) == {"id": str(order.order_id)}
    one = await see(f"/{order.order_id}")
    assert (one["status"], one["parcel"]["status"], one["parcel"]["receipt"]) == ("completed", "delivered", "JX1")
    assert {row["status"]: row["count"] for row in (await see("/counts"))["rows"] if row["count"]} == {"completed": 1}
    said = [(entry.act, entry.actor_kind, entry.actor_name) for _, entry in await written(within)][::-1]
    assert said == [(f"orders.{name}", "key", "bot") for name in ("process", "ship", "complete")]
    assert await check(within.engine, within.merchant_id) == []


async def test_what_a_key_may_not(client: httpx.AsyncClient, within: Within) -> None:
    """One that only looks takes no step, one that only acts sees nothing, and one of the sandbox or of another shop
    finds no such order."""
    shop, other = await shop_of(within), await open_desk(within.house)
    order = await placed(shop, "free", channel="scalev", status="confirmed")
    looks, does = await key_of(within, ("orders:read",)), await key_of(within, ("orders:act",))
    body = {"id": order.order_id}
    for headers, method, path, status, code in (
        (looks, "POST", "/acts/orders.process", 403, "permission_missing"),
        (does, "GET", "/orders", 403, "permission_missing"),
        (does, "GET", f"/orders/{order.order_id}", 403, "permission_missing"),
        (await key_of(within, environment="sandbox"), "POST", "/acts/orders.process", 404, "not_found"),
        (await key_of(other), "POST", "/acts/orders.process", 404, "not_found"),
        (await key_of(other), "GET", f"/orders/{order.order_id}", 404, "not_found"),
        (await key_of(within), "GET", "/orders?status=lost", 400, "input_invalid"),
        (await key_of(within), "GET", "/orders?since=yesterday", 400, "input_invalid"),
        (await key_of(within), "POST", "/acts/orders.cancel", 400, "input_invalid"),
    ):  # fmt: skip
        answer = await client.request(
            method, f"/admin/v1{path}", headers=headers, json=body if method == "POST" else None
        )
        assert (answer.status_code, answer.json()["code"]) == (status, code), path
    assert (await within.engine.orders.by_ids(within.merchant_id, [order.order_id]))[0].order.status == "confirmed"
    assert await written(within) == []
