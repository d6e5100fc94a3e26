"""What this door refuses, in which order, and that nothing remains of it (contract sections 4 and 8)."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
from cekceir_shop import GOOD, Caller, Shop, check_error


async def test_schema_errors_come_whole_and_in_ajvs_words(shop: Shop) -> None:
    """All errors of the data, each with its pointer, and the documented message (seed)."""
    caller = await shop.caller()
    body = check_error(
        await caller.post(
            {"code": "create_barcode", "data": {"items": [{}, {"primary_imei": GOOD, "theme": "red", "x": 1}]}}
        ),
        422,
        "ORDER_VALIDATION_ERROR",
    )
    assert body["message"] == "Format order mu tidak sesuai dengan format layanan yang kamu minta."
    assert body["source"] == "order"
    assert body["errors"] == {
        "data": [
            "/items/0: must have required property 'primary_imei'",
            "/items/1: must NOT have additional properties",
            "/items/1/theme: must be equal to one of the allowed values",
        ]
    }
    assert await caller.orders() == []


async def test_what_is_checked_first(shop: Shop) -> None:
    """Types of the request, then the service, then its hours, then the item limit, its schema, then the money."""
    caller = await shop.caller(money=0)
    check_error(await caller.post({"code": "nothing", "data": "example"}), 422, "REQUEST_NOT_MATCH_SPEC_ERROR")
    check_error(await caller.post({"code": "nothing", "data": {}}), 404, "SERVICE_NOT_FOUND_ERROR")
    await shop.change("cek_imei", is_active=False)
    check_error(await caller.order(), 422, "SERVICE_CLOSED_ERROR")
    await shop.change("cek_imei", max_items=1)
    check_error(await caller.order(GOOD, "x"), 422, "ITEM_LIMIT_ERROR")
    check_error(await caller.order("x"), 422, "ORDER_VALIDATION_ERROR")
    check_error(await caller.order(GOOD, GOOD), 422, "ITEM_LIMIT_ERROR")
    check_error(await caller.order(GOOD), 402, "INSUFFICIENT_BALANCE_ERROR")
    assert await caller.orders() == []


@pytest.mark.parametrize(("sent", "code"), [(40_000, "ITEM_LIMIT_ERROR"), (10_000, "ORDER_VALIDATION_ERROR")])
async def test_a_body_full_of_mistakes_is_answered_small_and_fast(shop: Shop, sent: int, code: str) -> None:
    """40,000 wrong IMEIs: the item limit says no before the schema looks; below the largest limit there is, a hundred
    of the mistakes are told."""
    caller = await shop.caller()
    await shop.change("cek_imei", max_items=10_000)
    began = time.perf_counter()
    answer = await caller.order(*["x"] * sent)
    took = time.perf_counter() - began
    errors = check_error(answer, 422, code)["errors"]["data"]
    assert errors == ["must contain 1 to 10000 item(s), received 40000"] or errors[100:] == ["… and 9900 more"]
    assert len(answer.content) < 10_000
    assert took < 1.5
    assert await caller.orders() == []


async def test_a_schema_of_before_that_has_no_bound_closes_its_service(shop: Shop) -> None:
    """It was published when such schemas were accepted: the service does not take orders, and nothing breaks."""
    caller = await shop.caller()
    await shop.schema_of_before("cek_imei", {"properties": {"imeis": {"items": {"pattern": "(?=a)b"}}}})
    check_error(await caller.order(GOOD), 422, "SERVICE_CLOSED_ERROR")
    assert await caller.orders() == []


async def test_closed_hours_refuse_orders(shop: Shop) -> None:
    """Outside its Jakarta hours a service is closed; inside it works."""
    caller = await shop.caller()
    wall = datetime.now(UTC) + timedelta(hours=7)
    before, after = (wall + timedelta(minutes=-2)).strftime("%H:%M"), (wall + timedelta(minutes=2)).strftime("%H:%M")
    await shop.change("cek_imei", open_time=after, close_time=before)
    check_error(await caller.order(GOOD), 422, "SERVICE_CLOSED_ERROR")
    await shop.change("cek_imei", open_time=before, close_time=after)
    assert (await caller.order(GOOD)).status_code == 200


async def test_no_provider_means_no_order(shop: Shop) -> None:
    """An outage before there is an order: 503 with the error envelope, nothing held."""
    caller = await shop.caller()
    await shop.change("unlock_manual", provider="gone")
    check_error(await caller.order(GOOD, code="unlock_manual"), 503, "PROVIDER_UNAVAILABLE_ERROR")
    assert await caller.orders() == []
    assert await caller.wallet() == (100_000, 0)


async def test_rate_limits(shop: Shop) -> None:
    """The key's own figure; the documented body and headers; a key without limits is never refused."""
    caller = await shop.caller(limits={"requests": 3})
    answers = [await caller.get("/api/me") for _ in range(3)]
    assert [a.headers["x-ratelimit-remaining"] for a in answers] == ["2", "1", "0"]
    refused = await caller.get("/api/me")
    body = check_error(refused, 429, "RATELIMIT_EXCEDED_ERROR")
    assert body["message"] == "Upps, terlalu banyak permintaan, coba lagi nanti."
    assert refused.headers["x-ratelimit-limit"] == "3"
    assert refused.headers["x-ratelimit-policy"] == "3;w=60"
    assert 1 <= int(refused.headers["retry-after"]) <= 60
    assert "x-ratelimit-limit" not in (await (await shop.caller()).get("/api/me")).headers


GARBAGE: list[tuple[bytes, str, int]] = [
    (b"", "application/json", 400),
    (b"{", "application/json", 400),
    (b"\xff\xfe", "application/json", 400),
    (b'{"code":"cek_imei","data":{"imeis":["\\u0000"]}}', "application/json", 400),
    (b'{"code":"cek_imei","data":{"imeis":["\\ud800"]}}', "application/json", 400),
    (b'{"code":"cek_imei","data":' + b'{"a":' * 40 + b"1" + b"}" * 41, "application/json", 400),
    (b'{"code":"cek_imei","data":{"n":1e999}}', "application/json", 400),
    (b'{"code":"cek_imei","data":{"n":' + b"9" * 5000 + b"}}", "application/json", 400),
    (b"x" * (300 * 1024), "application/json", 413),
    (b"code=cek_imei&data=%7B%7D", "application/x-www-form-urlencoded", 400),
    (b'{"code":"cek_imei","data":{}}', "text/plain", 422),
    (b"code=cek_imei", "application/x-www-form-urlencoded", 400),
    (b"[]", "application/json", 422),
    (b'"x"', "application/json", 422),
    (b"null", "application/json", 422),
    (b'{"code":1,"data":[]}', "application/json", 422),
    (b'{"code":"","data":{}}', "application/json", 422),
    (b'{"code":"cek_imei","data":{"imeis":{"a":1}}}', "application/json", 422),
    (b'{"code":"cek_imei","data":{"imeis":[null,1.5,true,{},[]]}}', "application/json", 422),
    (b'{"code":"' + b"9" * 300 + b'","data":{}}', "application/json", 404),
]


@pytest.mark.parametrize(("raw", "kind", "status"), GARBAGE)
async def test_garbage_is_refused_politely_and_leaves_nothing(shop: Shop, raw: bytes, kind: str, status: int) -> None:
    """Whatever arrives gets this door's envelope with the documented status, and no row remains."""
    caller = await shop.caller()
    answer = await shop.client.post("/api/order", content=raw, headers=caller.headers | {"Content-Type": kind})
    check_error(answer, status, "SERVICE_NOT_FOUND_ERROR" if status == 404 else answer.json()["code"])
    assert await caller.orders() == []
    assert await caller.wallet() == (100_000, 0)


@pytest.mark.parametrize("key", ["k" * 256, "kéy"])
async def test_an_unusable_idempotency_key_is_a_headers_error(shop: Shop, key: str) -> None:
    """Too long or not plain text: 422 with source headers, no order."""
    caller = await shop.caller()
    headers = {**caller.headers, "Idempotency-Key": key.encode("latin-1")}
    answer = await shop.client.post("/api/order", json={"code": "cek_imei", "data": {"imeis": [GOOD]}}, headers=headers)
    assert check_error(answer, 422, "REQUEST_NOT_MATCH_SPEC_ERROR")["source"] == "headers"
    assert await caller.orders() == []


async def test_unknown_paths_and_methods_get_the_envelope(client: httpx.AsyncClient) -> None:
    """Also without a key."""
    check_error(await client.get("/api/nothing"), 404, "NOT_FOUND_ERROR")
    answer = await client.put("/api/order")
    check_error(answer, 405, "METHOD_NOT_ALLOWED_ERROR")
    assert "POST" in answer.headers["allow"].split(", ")


async def test_an_inactive_account_may_do_nothing(shop: Shop) -> None:
    """A key whose account is not active: 403, also for reads."""
    caller: Caller = await shop.caller()
    await shop.suspend(caller)
    check_error(await caller.get("/api/me"), 403, "FORBIDDEN_ERROR")
    check_error(await caller.order(GOOD), 403, "FORBIDDEN_ERROR")


@pytest.mark.parametrize("kind", ["application/x-www-form-urlencoded", "text/plain", "application/json"])
async def test_json_is_read_whatever_its_content_type(shop: Shop, kind: str) -> None:
    """PHP's curl calls JSON a form: it is an order all the same. What is no JSON is told what was expected."""
    caller = await shop.caller()
    headers = caller.headers | {"Content-Type": kind}
    body = b'{"code":"cek_imei","data":{"imeis":["%s"]}}' % GOOD.encode()
    made = await shop.client.post("/api/order", content=body, headers=headers)
    form = await shop.client.post("/api/order", content=b"code=cek_imei&data=x", headers=headers)
    assert made.status_code == 200, made.text
    errors = check_error(form, 400, "REQUEST_NOT_MATCH_SPEC_ERROR")["errors"]
    assert errors == {"body": ["Invalid JSON: expected object"]}
    assert len(await caller.orders()) == 1


@pytest.mark.parametrize(("code", "status"), [(1, 422), ("1", 404), (1.0, 422), ("1.0", 404), (True, 422)])
async def test_an_order_names_a_service_by_its_code_alone(shop: Shop, code: Any, status: int) -> None:
    """The service's number buys nothing; the service's own page takes it."""
    caller = await shop.caller()
    service = (await caller.get("/api/services/cek_imei")).json()["data"]
    number = service["id"] if isinstance(code, int) and code is not True else code
    answer = await caller.post({"code": number, "data": {"imeis": [GOOD]}})
    error = "SERVICE_NOT_FOUND_ERROR" if status == 404 else "REQUEST_NOT_MATCH_SPEC_ERROR"
    body = check_error(answer, status, error)
    assert body.get("errors") == (None if status == 404 else {"code": ["Invalid input: expected string"]})
    check_error(await caller.post({"code": str(service["id"]), "data": {}}), 404, "SERVICE_NOT_FOUND_ERROR")
    assert (await caller.get(f"/api/services/{service['id']}")).json()["data"] == service
    assert await caller.orders() == []
    assert await caller.wallet() == (100_000, 0)


@pytest.mark.parametrize("path", ["/api/order/76.000", "/api/order/76.000/status", "/api/order?limit=1.000",
                                  "/api/order?cursor=76.000", "/api/services?limit=1.000"])  # fmt: skip
async def test_thousands_with_a_dot_are_no_number(shop: Shop, path: str) -> None:
    """``76.000`` is no 76: another order, another page."""
    caller = await shop.caller()
    answer = await shop.client.get(path, headers=caller.headers)
    errors = check_error(answer, 422, "REQUEST_NOT_MATCH_SPEC_ERROR")["errors"]
    assert list(errors.values()) == [["Invalid input: expected number"]]


async def test_empty_data_in_each_spelling(shop: Shop) -> None:
    """``[]`` is PHP's empty map, for the service's schema to judge; a text is of the wrong type, an empty one too."""
    caller = await shop.caller()
    for empty in ([], {}):
        answer = await caller.post({"code": "cek_imei", "data": empty})
        errors = check_error(answer, 422, "ORDER_VALIDATION_ERROR")["errors"]["data"]
        assert errors == ["/: must have required property 'imeis'"]
    for text in ("", " ", "example", None):
        answer = await caller.post({"code": "cek_imei", "data": text})
        errors = check_error(answer, 422, "REQUEST_NOT_MATCH_SPEC_ERROR")["errors"]
        assert errors == {"data": ["Invalid input: expected object"]}
    assert await caller.orders() == []
