"""Whatever arrives gets the door's own envelope, and leaves no row."""

from __future__ import annotations

from typing import Any

import pytest
from scalev_shop import Shop

from gerai.domain.refusals import every_refusal
from gerai.doors.dialects.scalev.errors import refuse

GARBAGE: list[tuple[bytes, int]] = [
    (b"", 400),
    (b"{", 400),
    (b"[]", 422),
    (b'"text"', 400),
    (b"null", 400),
    (b"{\xff\xfe}", 400),
    (b'{"customer_name": "\\u0000"}', 400),
    (b'{"customer_name": "\\ud800"}', 400),
    (b"[" * 5000, 400),
    (b'{"a":' * 200 + b"1" + b"}" * 200, 400),
    (b'{"quantity": 1e999999}', 400),
    (b"{" + b'"x":"' + b"y" * 300_000 + b'"}', 413),
    (b"{}", 422),
    (b'{"store_unique_id": {"a": 1}, "customer_name": [], "ordervariants": {"0": 1}}', 422),
]


@pytest.mark.parametrize(("body", "status"), GARBAGE)
@pytest.mark.parametrize(
    "path",
    [
        "/v3/orders",
        "/v3/orders/change-status",
        "/v3/shipping-costs/search-warehouse",
        "/v3/shipping-costs/search-courier-service",
        "/v3/shipping-costs",
    ],
)
async def test_garbage_gets_the_envelope(quiet_shop: Shop, path: str, body: bytes, status: int) -> None:
    """Whatever arrives, the door's own envelope with a 4xx answers, and no row is written."""
    answer = await quiet_shop.send("POST", path, body)
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/json"
    assert set(answer.json()) <= {"error", "error_code", "errors"}
    assert await quiet_shop.orders() == 0


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/v3/nothing", 404),
        ("/v3", 404),
        ("/v3/orders/not-a-uuid", 404),
        ("/v3/orders/%00", 404),
        ("/v3/orders/0197a1b2-c3d4-7e5f-8a9b-0c1d2e3f4a5b", 404),
        ("/v3/stores/99999999999999999999999999", 404),
        ("/v3/stores/%F0%9F%98%80/products", 404),
        ("/v3/locations/x/postal-codes", 404),
        ("/v3/locations/4000000/postal-codes", 404),
        ("/v3/locations?page_size=0", 400),
        ("/v3/locations?page_size=many", 400),
        ("/v3/locations?next_cursor=%00", 400),
        ("/v3/locations?next_cursor=g3QAAAABdwJpZGEK", 400),
        ("/v3/locations?search=%00", 400),
        ("/v3/orders?status=lost", 400),
        ("/v3/orders?store_id=-1", 400),
        ("/v3/orders?shipment_status=%00", 400),
        ("/v3/orders?search_field=shipment_receipt&search=%00", 400),
        ("/v3/orders/0197a1b2-c3d4-7e5f-8a9b-0c1d2e3f4a5b/shipment", 405),
        ("/v3/stores/simplified?has_domain=maybe", 400),
    ],
)
async def test_bad_paths_and_queries(quiet_shop: Shop, path: str, status: int) -> None:
    """404 and 400 in the envelope, with an id, and the figures of the hour."""
    answer = await quiet_shop.send("GET", path)
    assert answer.status_code == status
    assert answer.json()["error"]
    assert answer.headers["x-request-id"]
    assert answer.headers["x-ratelimit-limit"] == "10000"


async def test_wrong_method(quiet_shop: Shop) -> None:
    """405 in the envelope, saying what is allowed."""
    answer = await quiet_shop.send("DELETE", "/v3/orders")
    assert (answer.status_code, answer.json()["error"]) == (405, "Method not allowed")
    assert "POST" in answer.headers["allow"]


@pytest.mark.parametrize("kind", every_refusal(), ids=lambda kind: kind.code)
def test_every_refusal_has_a_price(kind: type[Any]) -> None:
    """Each refusal of the engine becomes the envelope; none of the door's answers lacks an id."""
    samples: dict[str, Any] = {
        "int": 1, "str": "x", "tuple[str, ...]": ("x",), "dict[str, list[str]]": {"x": ["y"]},
    }  # fmt: skip
    refusal = kind(**{name: samples[text] for name, text in kind.__annotations__.items() if text in samples})
    answer = refuse(refusal, "req-1")
    assert 400 <= answer.status_code <= 503
    assert answer.headers["x-request-id"] == "req-1"
