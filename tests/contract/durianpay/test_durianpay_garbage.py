"""Whatever arrives gets this door's envelope, never a 500, and leaves no row (contract §4)."""

from __future__ import annotations

import base64
from typing import Any

import httpx
import pytest
from durianpay_shop import SEED, Shop, order_body

from gerai.domain.refusals import Refusal, every_refusal
from gerai.doors.dialects.durianpay.errors import ERRORS
from gerai.engine.core import Engine
from gerai.engine.keys.manage import create_key, list_keys, revoke_key
from gerai.kit import ids

BODIES: dict[str, bytes] = {
    "empty": b"",
    "blank": b"  \n",
    "broken": b'{"amount": ',
    "not utf-8": b'{"amount": "\xff"}',
    "array": b"[]",
    "text": b'"x"',
    "null": b"null",
    "NUL": b'{"amount":"1","currency":"IDR","customer":{"email":"a@b.id"},"description":"a\\u0000b"}',
    "lone surrogate": b'{"amount":"1","currency":"IDR","customer":{"email":"a@b.id"},"description":"\\ud800"}',
    "deep": b'{"metadata":' + b"[" * 5000 + b"]" * 5000 + b"}",
    "huge integer": b'{"amount":' + b"9" * 4000 + b"}",
    "huge exponent": b'{"amount":1e999999999}',
    "tiny exponent": b'{"amount":1e-999999999}',
    "NaN": b'{"amount":NaN}',
    "everything wrong": b'{"amount":{},"currency":[1],"customer":7,"items":{"a":1},"metadata":"x","expiry_date":[]}',
    "too large": b'{"description":"' + b"x" * 300_000 + b'"}',
}


def assert_envelope(response: httpx.Response) -> None:
    """error, error_code, request_id are there and texts; the request id is the header's."""
    body = response.json()
    assert 400 <= response.status_code < 500, response.text
    assert isinstance(body["error"], str)
    assert isinstance(body["error_code"], str)
    assert len(body["request_id"]) == len("dp_") + 14
    assert body["request_id"] == response.headers["x-request-id"]
    assert set(body) <= {"error", "error_code", "request_id", "errors"}


@pytest.mark.parametrize("path", ["/v1/orders", "/payments/charge", "/payments/va/simulate"])
@pytest.mark.parametrize("name", BODIES)
async def test_garbage_bodies(shop: Shop, path: str, name: str) -> None:
    """Every create refuses every kind of garbage and writes nothing."""
    response = await shop.ask_raw("POST", path, BODIES[name])
    assert_envelope(response)
    assert set((await shop.rows()).values()) == {0}


@pytest.mark.parametrize(
    ("name", "status", "code"),
    [
        ("broken", 400, "DPAY_INTERNAL_ERROR"),
        ("null", 400, "DPAY_INTERNAL_ERROR"),
        ("too large", 413, "DPAY_INVALID_REQUEST"),
        ("everything wrong", 400, "DPAY_INVALID_REQUEST"),
    ],
)
async def test_codes_of_garbage(shop: Shop, name: str, status: int, code: str) -> None:
    """Unreadable bodies have the documented code and text."""
    response = await shop.ask_raw("POST", "/orders", BODIES[name])
    assert (response.status_code, response.json()["error_code"]) == (status, code)
    if name == "broken":
        assert response.json()["error"] == "error reading request body"


async def test_the_content_type_does_not_matter(shop: Shop) -> None:
    """A JSON body under another name is read all the same."""
    response = await shop.ask(
        "POST", "/orders", content=b'{"amount":"1","currency":"IDR","customer":{"email":"a@b.id"}}',
        headers={"Content-Type": "text/plain"},
    )  # fmt: skip
    assert response.status_code == 200


@pytest.mark.parametrize(
    "path",
    ["/orders/%00", "/orders/' OR 1=1", "/orders/" + "x" * 3000, "/orders/ord_é", "/payments/%F0%9F%92%A9/status",
     "/payments/va", "/v1/nothing", "/v1/", "/refunds/rfn_iLNvzkCakx0330", "/customers/x", "/orders?from=%00"],
)  # fmt: skip
async def test_garbage_paths(shop: Shop, path: str) -> None:
    """Unknown paths, odd identifiers and odd queries."""
    assert_envelope(await shop.ask("GET", path))


async def test_unknown_path_and_wrong_method(shop: Shop) -> None:
    """404 and 405 in the envelope."""
    unknown = await shop.ask("GET", "/v1/nothing/here")
    wrong = await shop.ask("DELETE", "/v1/orders")
    assert (unknown.status_code, unknown.json()["error_code"]) == (404, "DPAY_NOT_FOUND")
    assert (wrong.status_code, wrong.json()["error_code"]) == (405, "DPAY_METHOD_NOT_ALLOWED")
    assert "POST" in wrong.headers["allow"]


@pytest.mark.parametrize(
    "header",
    [None, "Basic !!!", "Basic \xff\xfe", "Bearer dp_test_x", "Basic " + base64.b64encode(b"dp_test_nobody:").decode()],
)
async def test_without_a_good_key(client: httpx.AsyncClient, shop: Shop, header: str | None) -> None:
    """401 with the documented text, and nothing is written."""
    headers = {} if header is None else {"Authorization": header.encode("latin-1")}
    response = await client.post("/v1/orders", json=SEED, headers=headers)  # pyright: ignore[reportArgumentType] - bytes on purpose
    assert response.status_code == 401
    assert_envelope(response)
    assert (response.json()["error"], response.json()["error_code"]) == (
        "invalid Authorization header in request",
        "DPAY_UNAUTHORIZED_ACCESS",
    )
    assert set((await shop.rows()).values()) == {0}


async def test_a_password_or_a_revoked_key_is_refused(client: httpx.AsyncClient, engine: Engine, shop: Shop) -> None:
    """The password must be blank; a revoked key stops working at once; other doors' keys never worked here."""
    foreign = f"sk_{ids.base62(24)}"
    await create_key(engine, shop.merchant_id, "sandbox", "scalev", foreign, name="other", prefix="sk_")
    with_password = await client.get("/orders", auth=(shop.keys["sandbox"], "x"))
    other_door = await client.get("/orders", auth=(foreign, ""))
    before = await shop.ask("GET", "/orders")
    key = next(key for key in await list_keys(engine, shop.merchant_id) if key.prefix == "dp_test_")
    await revoke_key(engine, shop.merchant_id, key.key_id)
    after = await shop.ask("GET", "/orders")
    assert [r.status_code for r in (with_password, other_door, before, after)] == [401, 401, 200, 401]


async def test_the_rate_limit_of_a_key(client: httpx.AsyncClient, engine: Engine, shop: Shop) -> None:
    """A key's own figure is kept; beyond it 429 with Retry-After in this envelope, and nothing is written."""
    token = f"dp_test_{ids.base62(24)}"
    await create_key(
        engine, shop.merchant_id, "sandbox", "durianpay", token, name="slow", prefix="dp_test_",
        limits={"requests": 2},
    )  # fmt: skip
    answers = [await client.post("/orders", json=order_body(), auth=(token, "")) for _ in range(3)]
    refused = answers[-1] if answers[-1].status_code == 429 else await client.get("/orders", auth=(token, ""))
    assert [answer.status_code for answer in answers][:2] == [200, 200]
    assert (refused.status_code, refused.json()["error_code"]) == (429, "DPAY_RATE_LIMITED")
    assert 1 <= int(refused.headers["retry-after"]) <= 60
    assert (await shop.rows())["orders"] <= 3


async def test_an_overlong_idempotency_key(shop: Shop) -> None:
    """It is named, and no order is made."""
    response = await shop.ask("POST", "/orders", order_body(), headers={"Idempotency-Key": "k" * 256})
    assert_envelope(response)
    assert response.json()["errors"][0]["field"] == "idempotency-key"
    assert (await shop.rows())["orders"] == 0


async def test_hostile_texts_are_kept_as_text(shop: Shop) -> None:
    """Markup, quotes and other scripts go in and come out unchanged."""
    evil: dict[str, Any] = {"note": "'; DROP TABLE orders; --", "店": "<script>alert(1)</script>"}
    order = await shop.order(metadata=evil, order_ref_id="🧾/1/2021")
    fetched = (await shop.ask("GET", f"/orders/{order['id']}")).json()["data"]
    assert fetched["metadata"] == evil
    assert fetched["order_ref_id"] == "🧾/1/2021"


def _sample(kind: type[Refusal]) -> Refusal:
    """A refusal with something in every field."""
    facts: dict[str, Any] = {}
    for name, declared in kind.__annotations__.items():
        if name in ("code", "kind", "retryable"):
            continue
        if "int" in declared:
            facts[name] = 3
        elif "dict" in declared:
            facts[name] = {"field": ["text"]}
        elif "tuple" in declared:
            facts[name] = ("a",)
        else:
            facts[name] = "text"
    return kind(**facts)


@pytest.mark.parametrize("kind", every_refusal())
def test_every_refusal_has_a_price(kind: type[Refusal]) -> None:
    """An error status, an error text and a code in this contract's form, and nothing of our inside."""
    priced = ERRORS.find(_sample(kind))
    assert 400 <= priced.status <= 503
    assert priced.error
    assert priced.error_code.startswith("DPAY_")
