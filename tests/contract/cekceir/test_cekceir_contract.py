"""Shapes, keys and reads of this door (contract sections 1 to 4)."""

from __future__ import annotations

import itertools
import re
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
from cekceir_shop import BAD, GOOD, LOST, Shop, check_error

from gerai.doors.dialects.cekceir.keys import PERMISSIONS
from gerai.doors.dialects.cekceir.routes import ROUTES
from gerai.engine.fulfilment.record import RecordFulfilment
from gerai.engine.keys.manage import list_keys, revoke_key

#: The seed's success response, field by field.
SEED_FIELDS = [
    "status", "reference_id", "message", "processed", "processed_success", "processed_error", "remaining_balance",
    "result", "error_message", "order_id", "transaction_id", "service_code", "total", "price", "total_price",
    "charged_amount", "refunded_amount", "balance_before", "created_at",
]  # fmt: skip


async def test_every_result_has_the_seeds_fields_in_its_order(shop: Shop) -> None:
    """One flat shape for every outcome; amounts are whole rupiah integers, the time has milliseconds and Z."""
    caller = await shop.caller()
    for imeis in ([GOOD], [GOOD, BAD], [BAD], [LOST]):
        body = (await caller.order(*imeis)).json()
        assert list(body) == SEED_FIELDS
        assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", body["created_at"])
    first = (await caller.orders())[-1]
    assert first["message"] == "Pesanan-mu telah berhasil kami proses."
    assert (first["result"], first["error_message"]) == ({"status": "registered"}, None)


async def test_reads_show_the_order_and_its_way(shop: Shop) -> None:
    """Both reads answer {"data": creation fields + status_history}; a failed order is read with 200."""
    caller = await shop.caller()
    placed = (await caller.order(BAD)).json()
    for path in (f"/api/order/{placed['order_id']}", f"/api/order/{placed['order_id']}/status"):
        answer = await caller.get(path)
        assert answer.status_code == 200
        read = answer.json()["data"]
        assert [entry["status"] for entry in read.pop("status_history")] == ["pending", "failed"]
        assert read == placed


async def test_somebody_elses_order_is_not_found(shop: Shop, engine: Any, client: httpx.AsyncClient) -> None:
    """Another member's order, another merchant's order and an order that never was look the same."""
    caller, other = await shop.caller(), await shop.caller()
    order_id = (await caller.order(GOOD)).json()["order_id"]
    stranger_merchant = await shop.other_merchant()
    stranger = await stranger_merchant.caller()
    bodies: list[dict[str, Any]] = []
    for asking, wanted in ((other, order_id), (stranger, order_id), (caller, 999_999_999_999)):
        bodies.append(check_error(await asking.get(f"/api/order/{wanted}"), 404, "NOT_FOUND_ERROR"))
    assert len({body["message"] for body in bodies}) == 1
    assert await other.orders() == await stranger.orders() == []


@pytest.mark.parametrize("order_id", ["abc", "0", "-1", "1.5", "9" * 30, "%00", "१"])
async def test_an_id_that_is_none_is_a_params_error(shop: Shop, order_id: str) -> None:
    """Path values are validated like the rest."""
    caller = await shop.caller()
    body = check_error(await caller.get(f"/api/order/{order_id}"), 422, "REQUEST_NOT_MATCH_SPEC_ERROR")
    assert body["source"] == "params"
    assert list(body["errors"]) == ["id"]


#: Every route with the permission it needs.
CALLS = [
    ("GET", "/api/me", "user.me.read"),
    ("GET", "/api/services", "service.list"),
    ("GET", "/api/services/cek_imei", "service.read_detail"),
    ("POST", "/api/order", "order.create"),
    ("GET", "/api/order", "order.list"),
    ("GET", "/api/order/1", "order.read"),
    ("GET", "/api/order/1/status", "order.read"),
    ("GET", "/api/wallet/snap", "wallet.balance.read"),
    ("GET", "/api/deposit/provider", "deposit.provider.list"),
    ("GET", "/api/deposit/provider/qris", "deposit.provider.list"),
    ("POST", "/api/deposit", "deposit.create"),
    ("GET", "/api/deposit", "deposit.read"),
    ("GET", "/api/deposit/1", "deposit.read"),
]


@pytest.mark.parametrize(("method", "path", "permission"), CALLS)
async def test_each_call_needs_its_permission(shop: Shop, method: str, path: str, permission: str) -> None:
    """A key without it gets 403, whatever else it may do; with it alone, it gets past."""
    without = await shop.caller(permissions=tuple(p for p in PERMISSIONS if p != permission))
    check_error(await shop.client.request(method, path, headers=without.headers), 403, "FORBIDDEN_ERROR")
    alone = await shop.caller(permissions=(permission,))
    assert (await shop.client.request(method, path, headers=alone.headers)).status_code in (200, 400, 404)


async def test_keys_that_do_not_work(shop: Shop, client: httpx.AsyncClient) -> None:
    """No key, a malformed, unknown, expired or revoked one: 401 with one and the same text."""
    expired = await shop.caller(expires_at=datetime.now(UTC) - timedelta(seconds=1))
    revoked = await shop.caller()
    for key in await list_keys(shop.engine, shop.merchant.merchant_id):
        if key.prefix == revoked.token.split(".")[0]:
            await revoke_key(shop.engine, shop.merchant.merchant_id, key.key_id)
    tokens = [
        None,
        "Bearer",
        "Bearer x",
        f"Basic {expired.token}",
        f"Bearer {expired.token}",
        f"Bearer {revoked.token}",
    ]
    answers = [await client.get("/api/me", headers={"Authorization": t} if t else {}) for t in tokens]
    assert {check_error(a, 401, "UNAUTHORIZED_ERROR")["message"] for a in answers} == {
        "Upps, API key-mu tidak valid, cek kembali yuk!"
    }


async def test_me(shop: Shop) -> None:
    """Flat, field by field; empty facts are null; a key that ends says when; a permission that no route needs is not
    shown."""
    caller = await shop.caller(
        permissions=("order.create", "user.me.read"), expires_at=datetime(2099, 1, 1, tzinfo=UTC)
    )
    me = (await caller.get("/api/me")).json()
    assert me["token"]["expires_at"] == "2099-01-01T00:00:00.000Z"
    assert me["token"]["expires_in"] > 60 * 60 * 24 * 365
    assert me["user_id"] == caller.member_id
    assert (me["phone"], me["email"], me["external_user"], me["session_id"]) == (None, None, None, None)
    assert me["permissions"] == ["order.create", "user.me.read"]
    everything = await shop.caller()
    shown = (await everything.get("/api/me")).json()["permissions"]
    assert shown == sorted({permission for _, _, permission in CALLS})
    assert len(CALLS) == len(ROUTES)
    assert (me["via"], me["access_channel"], me["api_key_type"]) == ("client_api_key", "api", "client")


async def test_services_are_paged_by_cursor(shop: Shop) -> None:
    """limit 1..50 default 20, next_cursor null at the end; no price in the list, price in the detail."""
    caller = await shop.caller()
    codes: list[str] = []
    cursor: dict[str, Any] = {}
    for _ in range(3):
        page = (await caller.get("/api/services", limit=2, **cursor)).json()["data"]["page"]
        codes += [item["code"] for item in page["items"]]
        if page["next_cursor"] is None:
            break
        cursor = {"cursor": page["next_cursor"]}
    assert codes == ["cek_imei", "cek_history_imei", "create_barcode", "unlock_manual"]
    item = page["items"][0]
    by_code = (await caller.get(f"/api/services/{item['code']}")).json()["data"]
    assert by_code == (await caller.get(f"/api/services/{item['id']}")).json()["data"]
    assert {key: by_code[key] for key in item} == item
    assert set(by_code) - set(item) == {"scope", "rule", "availability"}
    assert "rule" not in item


@pytest.mark.parametrize("path", ["/api/services", "/api/order"])
@pytest.mark.parametrize(
    ("query", "text"),
    [
        ({"limit": "0"}, "Too small: expected number to be >=1"),
        ({"limit": "51"}, "Too big: expected number to be <=50"),
        ({"limit": "ten"}, "Invalid input: expected number"),
        ({"cursor": "-3"}, "Too small: expected number to be >=1"),
        ({"cursor": "9" * 400}, "Too big: expected number to be <=9007199254740991"),
    ],
)
async def test_paging_is_validated(shop: Shop, path: str, query: dict[str, str], text: str) -> None:
    """A page outside 1..50, or a cursor that is no positive integer: 422 with source query."""
    caller = await shop.caller()
    body = check_error(await caller.get(path, **query), 422, "REQUEST_NOT_MATCH_SPEC_ERROR")
    assert (body["source"], body["errors"]) == ("query", {next(iter(query)): [text]})


async def test_a_cursor_of_another_list_is_refused(shop: Shop) -> None:
    """Services and orders each take ids of their own: the other list's, another account's and an invented one are 422
    and no empty page; an own one leads on under any filter, for an id has the same place under all of them."""
    caller = await shop.caller(money=1_000_000)
    made = [(await caller.order(GOOD)).json()["order_id"] for _ in range(3)]
    other = await shop.caller(money=1_000_000)
    foreign = (await other.order(GOOD)).json()["order_id"]
    service = (await caller.get("/api/services", limit=1)).json()["data"]["page"]["next_cursor"]
    wrong = {"/api/services": (made[1], 999_999), "/api/order": (service, foreign, made[2] + 1, made[0] - 1)}
    for path, cursors in wrong.items():
        for cursor, filtered in itertools.product(cursors, ({}, {"status": "draft"})):
            query = {"cursor": cursor, **(filtered if path == "/api/order" else {})}
            body = check_error(await caller.get(path, **query), 422, "REQUEST_NOT_MATCH_SPEC_ERROR")
            assert (body["source"], body["errors"]) == (
                "query", {"cursor": ["Invalid input: expected next_cursor of this list"]},
            )  # fmt: skip
    for filters, expected in (({}, made[1::-1]), ({"status": "success"}, made[1::-1]), ({"status": "failed"}, [])):
        page = (await caller.get("/api/order", cursor=made[2], **filters)).json()["data"]["page"]
        assert [item["order_id"] for item in page["items"]] == expected


async def test_the_order_list_filters(shop: Shop) -> None:
    """Every filter narrows; both status vocabularies are understood; pages go from new to old without overlap."""
    caller = await shop.caller(money=1_000_000)
    made = [
        (await caller.order(*imeis, code=code)).json()["order_id"]
        for imeis, code in (
            ([GOOD], "cek_imei"), ([GOOD, BAD], "cek_imei"), ([BAD], "cek_imei"), ([LOST], "cek_imei"),
            ([GOOD], "unlock_manual"), ([GOOD], "cek_history_imei"),
        )
    ]  # fmt: skip
    one, part, failed, lost, manual, history = made

    async def ids(**query: Any) -> list[int]:
        return [item["order_id"] for item in (await caller.get("/api/order", **query)).json()["data"]["page"]["items"]]

    assert await ids() == made[::-1]
    assert await ids(status="completed") == await ids(status="success") == [history, one]
    assert await ids(status="processing") == await ids(status="pending") == [manual, lost]
    assert await ids(status="partial") == [part]
    assert await ids(status="refunded") == await ids(status="failed") == [failed]
    assert await ids(status="draft") == await ids(status="cancelled") == []
    assert await ids(processing_type="manual") == [manual]
    assert await ids(service_code="cek_history_imei", status="success") == [history]
    assert await ids(service_code="nothing") == []
    assert await ids(q=str(part)) == [part]
    assert await ids(q="unlock") == [manual]
    assert await ids(q="%") == []
    reference = (await caller.get(f"/api/order/{one}")).json()["data"]["reference_id"]
    assert reference
    assert await ids(q=reference) == await ids(q=reference.upper()) == [one]
    assert await ids(q=reference[2:]) == []
    assert await ids(created_from="2000-01-01", created_to="2099-12-31") == made[::-1]
    assert await ids(created_to="2000-01-01T00:00:00Z") == []
    created_at = (await caller.get(f"/api/order/{one}")).json()["data"]["created_at"]
    assert one in await ids(created_from=created_at, created_to=created_at)
    seen: list[int] = []
    cursor: dict[str, Any] = {}
    for _ in range(4):
        page = (await caller.get("/api/order", limit=2, **cursor)).json()["data"]["page"]
        seen += [item["order_id"] for item in page["items"]]
        cursor = {"cursor": page["next_cursor"]}
        if page["next_cursor"] is None:
            break
    assert seen == made[::-1]


async def test_bad_filters_are_all_named(shop: Shop) -> None:
    """One 422 lists every wrong filter."""
    caller = await shop.caller()
    query = {
        "status": "lost",
        "processing_type": "magic",
        "created_from": "yesterday",
        "created_to": "9999-12-32",
        "q": "x" * 201,
    }
    body = check_error(await caller.get("/api/order", **query), 422, "REQUEST_NOT_MATCH_SPEC_ERROR")
    assert set(body["errors"]) == {"status", "processing_type", "created_from", "created_to", "q"}
    assert body["errors"]["processing_type"] == ['Invalid option: expected one of "automatic"|"manual"']


@pytest.mark.parametrize(("path", "name"), [("/api/order", "trx_id"), ("/api/order", "page"), ("/api/services", "q")])
async def test_a_filter_that_is_not_served_is_refused(shop: Shop, path: str, name: str) -> None:
    """A list that ignored it would be taken for its answer. Left empty, as a form sends it, it asks for nothing."""
    caller = await shop.caller()
    body = check_error(await caller.get(path, **{name: "TX-654"}), 422, "REQUEST_NOT_MATCH_SPEC_ERROR")
    assert (body["source"], body["errors"]) == ("query", {name: ["Unrecognized key"]})
    assert (await caller.get(path, **{name: ""})).status_code == 200


@pytest.mark.parametrize("given", ["teks", "", 5, 0, True, False, 1.5])
async def test_a_bare_result_stands_in_an_object(shop: Shop, given: Any) -> None:
    """``result`` is an object, a list or null to every client: a bare value an operator gives is put into an object, in
    every read."""
    caller = await shop.caller()
    order_id = (await caller.order(GOOD, code="unlock_manual")).json()["order_id"]
    await shop.engine.submit(
        RecordFulfilment(
            merchant_id=shop.merchant.merchant_id, environment="production", order_id=order_id, outcome="done",
            succeeded=1, result=given,
        )
    )  # fmt: skip
    reads = [(await caller.get(f"/api/order/{order_id}")).json()["data"], *await caller.orders()]
    assert [read["result"] for read in reads] == [{"result": given}, {"result": given}]


@pytest.mark.parametrize("given", [{"status": "registered"}, [{"imei": "1"}], {}, [], None])
async def test_a_result_is_what_the_provider_gave(shop: Shop, given: Any) -> None:
    """Objects, lists and null go out as they came."""
    caller = await shop.caller()
    order_id = (await caller.order(GOOD, code="unlock_manual")).json()["order_id"]
    await shop.engine.submit(
        RecordFulfilment(
            merchant_id=shop.merchant.merchant_id, environment="production", order_id=order_id, outcome="done",
            succeeded=1, result=given,
        )
    )  # fmt: skip
    assert (await caller.get(f"/api/order/{order_id}")).json()["data"]["result"] == given
